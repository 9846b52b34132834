import test from 'ava';
import { connect, DtlsServer, PskStore } from 'lwm2m-tls';

const key = Buffer.from('key');
const badIdentities = ['', 'i'.repeat(128), '\u00e4'.repeat(64), 'a\0b', 'half \ud800', 7, null, undefined];
const badKeys = [new Uint8Array(0), new Uint8Array(257), 'key', [1, 2, 3], null, undefined];

test('identities of a store', (t) => {
  const store = new PskStore();
  for (const identity of badIdentities) {
    t.throws(() => store.set(identity as never, key), { code: 'ERR_INVALID_PSK' }, String(identity));
  }
  t.is(store.size, 0);
});

test('keys of a store', (t) => {
  const store = new PskStore();
  for (const bad of badKeys) {
    t.throws(() => store.set('device', bad as never), { code: 'ERR_INVALID_PSK' }, String(bad));
  }
  t.is(store.size, 0);
});

test('a server', (t) => {
  t.throws(() => new DtlsServer({ psk: { '': key } }), { code: 'ERR_INVALID_PSK' });
  t.throws(() => new DtlsServer({ psk: new Map([['device', new Uint8Array(257)]]) }), { code: 'ERR_INVALID_PSK' });
});

test('a client', async (t) => {
  const dial = (psk: unknown) => connect({ host: '127.0.0.1', port: 5684, psk: psk as never });
  for (const identity of badIdentities) {
    await t.throwsAsync(dial({ identity, key }), { code: 'ERR_INVALID_PSK' }, String(identity));
  }
  await t.throwsAsync(dial({ identity: Buffer.from([0x61, 0]), key }), { code: 'ERR_INVALID_PSK' });
  for (const bad of badKeys) {
    await t.throwsAsync(dial({ identity: 'device', key: bad }), { code: 'ERR_INVALID_PSK' }, String(bad));
  }
});

test('an error never shows the key', async (t) => {
  const error = t.throws(() => new PskStore().set('device', Buffer.alloc(300, 'secret')));
  t.false(error.message.includes('secret') || error.message.includes('73'));
  const key = Buffer.from('secret');
  const misplaced = class {
    key = key;
  };
  for (const psk of [key, [key], new Set([key]), new misplaced()]) {
    const { message } = t.throws(() => new DtlsServer({ psk: psk as never }));
    t.notRegex(message, /secret|73 65|115, 101/);
  }
  for (const psk of ['secret', ['secret'], new Set(['secret']), 736_563]) {
    const { message } = t.throws(() => new DtlsServer({ psk: psk as never }), { code: 'ERR_INVALID_OPTION' });
    t.notRegex(message, /secret|736563/);
    const attempt = connect({ host: '127.0.0.1', port: 5684, psk: psk as never });
    t.notRegex((await t.throwsAsync(attempt)).message, /secret|736563/);
  }
});

test('the limits themselves are fine', (t) => {
  const store = new PskStore([
    ['i', Buffer.from('k')],
    ['i'.repeat(127), new Uint8Array(256)],
  ]);
  t.is(store.size, 2);
});
