import test from 'ava';
import { parseConfiguration } from '#lib/contract/config/configuration.js';
import { sessionBinding } from '#lib/contract/session-binding.js';
import { SessionBuffer } from '#lib/contract/session-buffer.js';

const binding = Buffer.from('12345678');
const session = Buffer.from('DER of a session');

test('magic, length, binding, session, zeros', (t) => {
  const memory = Buffer.alloc(64, 0xee);
  new SessionBuffer(memory).save(binding, session);
  const expected = Buffer.concat([Buffer.from('L2S1'), Buffer.from([0, session.length]), binding, session]);
  t.deepEqual(memory.subarray(0, expected.length), expected);
  t.true(memory.subarray(expected.length).every((byte) => byte === 0));
  t.deepEqual(Buffer.from(new SessionBuffer(memory).load(binding)), session);
});

test('it is a window into larger memory', (t) => {
  const memory = Buffer.alloc(100, 7);
  const window = new Uint8Array(memory.buffer, memory.byteOffset + 10, 40);
  new SessionBuffer(window).save(binding, session);
  t.is(memory[9], 7);
  t.is(memory[50], 7);
  t.is(memory.toString('latin1', 10, 14), 'L2S1');
});

test('exactly as large as the session, and one byte less', (t) => {
  const fitting = Buffer.alloc(14 + session.length);
  new SessionBuffer(fitting).save(binding, session);
  t.deepEqual(Buffer.from(new SessionBuffer(fitting).load(binding)), session);
  const small = Buffer.alloc(13 + session.length, 5);
  new SessionBuffer(small).save(binding, session);
  t.true(small.every((byte) => byte === 0));
});

test('another binding finds nothing', (t) => {
  const buffer = new SessionBuffer(Buffer.alloc(64));
  buffer.save(binding, session);
  t.is(buffer.load(Buffer.from('12345679')).length, 0);
});

test('what is loaded is a copy', (t) => {
  const memory = Buffer.alloc(64);
  const buffer = new SessionBuffer(memory);
  buffer.save(binding, session);
  const loaded = buffer.load(binding);
  memory.fill(0);
  t.deepEqual(Buffer.from(loaded), session);
});

test('a binding depends on what a session may not outlive, and on no key', (t) => {
  const of = (security: object, serverName = 'a', tlsa: Parameters<typeof sessionBinding>[2] = [], kind = 'datagram') =>
    Buffer.from(sessionBinding(parseConfiguration({ security }, kind as 'datagram'), serverName, tlsa)).toString('hex');
  const psk = { mode: 'psk', identity: 'device', key: Buffer.from('secret') };
  t.is(of(psk), of({ ...psk }));
  t.is(of(psk), of({ ...psk, key: Buffer.from('another') }));
  const record = { usage: 3, selector: 0, matchingType: 1, data: Buffer.alloc(32) };
  const different = [
    of(psk),
    of(psk, 'b'),
    of({ ...psk, identity: 'other' }),
    of(psk, 'a', [], 'stream'),
    of({}),
    of({ serverCertValidation: true, ignoreSystemTrustStore: true }),
    of({ serverCertValidation: true, ignoreSystemTrustStore: true, trustedCerts: Buffer.from('anchor') }),
    of({ serverCertValidation: true, ignoreSystemTrustStore: true, trustedCerts: Buffer.from('other') }),
    of({ serverCertValidation: true }),
    of({ dane: true }),
    of({ dane: true }, 'a', [record]),
    of({ dane: true }, 'a', [{ ...record, matchingType: 2 }]),
    of({ clientCert: Buffer.from('ours'), clientKey: Buffer.from('key') }),
  ];
  t.is(new Set(different).size, different.length);
});
