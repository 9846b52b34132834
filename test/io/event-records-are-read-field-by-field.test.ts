import test from 'ava';
import { HelloVerdict, type NativeReactor, ProtocolVersion } from '#lib/binding.js';
import { Endpoint, type EndpointOwner } from '#lib/events/endpoint.js';
import { EventReader } from '#lib/events/event-reader.js';
import { EventKind } from '#lib/events/layout.js';

const peer = 5;

test('connected: address, names, version, outcome of the verification and certificates', (t) => {
  const { owner, calls } = recorder('peerConnected');
  const leaf = Buffer.alloc(300, 'leaf');
  const payload = [sized('10.0.0.7'), sized('me'), sized('a.example'), [0xfd, 0xfe, 10, 0, 0, 0]];
  read(owner, {
    kind: 'connected',
    payload: [...payload, [0, 1, 44], leaf, [0, 0, 2], Buffer.from('ca')],
    a: 0xc0a8,
    b: 1203,
    c: (5684 << 8) | 1,
  });
  const expected = {
    peer,
    cipher: 0xc0a8,
    innerMtu: 1203,
    resumed: true,
    remoteAddress: '10.0.0.7',
    remotePort: 5684,
    pskIdentity: 'me',
    serverName: 'a.example',
    version: ProtocolVersion.dtls12,
    verifyResult: 10,
    certificates: [leaf, Buffer.from('ca')],
  };
  t.is(calls.length, 1);
  t.like(calls[0]?.[0], expected);
});

test('connected: names that are not ASCII', (t) => {
  const { owner, calls } = recorder('peerConnected');
  read(owner, { kind: 'connected', payload: [sized('10.0.0.7'), sized('Gerät'), sized(''), [0xfd, 0xfe, 0, 0, 0, 0]] });
  t.like(calls[0]?.[0], { pskIdentity: 'Gerät', serverName: '', certificates: [] });
});

test('closed: why, and what was counted', (t) => {
  const { owner, calls } = recorder('peerClosed');
  const counters = Buffer.alloc(32);
  for (const [i, count] of [1n, 2n ** 52n, 3n, 258n].entries()) counters.writeBigUInt64LE(count, 8 * i);
  read(owner, { kind: 'closed', payload: [counters, Buffer.from('reason')], a: 5, b: -7 });
  const traffic = { bytesSent: 1, bytesReceived: 2 ** 52, datagramsSent: 3, datagramsReceived: 258 };
  t.deepEqual(calls, [[{ peer, failure: { cause: 5, code: -7, reason: 'reason' }, traffic }]]);
});

test('session: of a client without an id, of a server with one', (t) => {
  const { owner, calls } = recorder('session');
  read(owner, { kind: 'session', payload: [Buffer.from('DER')], a: 0 });
  read(owner, { kind: 'session', payload: [sized('id'), Buffer.from('DER')], a: 1 });
  t.deepEqual(calls, [
    [{ peer, id: Buffer.alloc(0), session: Buffer.from('DER') }],
    [{ peer, id: Buffer.from('id'), session: Buffer.from('DER') }],
  ]);
});

test('a session is a copy, and does not come from the pool of small buffers', (t) => {
  const { owner, calls } = recorder('session');
  const slab = read(owner, { kind: 'session', payload: [Buffer.from('DER')], a: 0 });
  const [{ session }] = calls[0] as [{ session: Buffer }];
  t.not(session.buffer, slab.buffer);
  t.is(session.buffer.byteLength, session.length);
});

test('sessionWanted and sessionRemoved: the id', (t) => {
  const wanted = recorder('sessionWanted');
  read(wanted.owner, { kind: 'sessionWanted', payload: [Buffer.from('id')] });
  t.deepEqual(wanted.calls, [[{ peer, id: Buffer.from('id') }]]);
  const removed = recorder('sessionRemoved');
  read(removed.owner, { kind: 'sessionRemoved', payload: [Buffer.from('id')] });
  t.deepEqual(removed.calls, [[Buffer.from('id')]]);
});

test('sessionWanted: an owner that does not want to know has no such session', (t) => {
  const answers: unknown[] = [];
  const answerSession = (...answer: unknown[]) => answers.push(answer);
  read({}, { kind: 'sessionWanted', payload: [Buffer.from('id')] }, { answerSession });
  t.deepEqual(answers, [[0, peer, null]]);
});

test('pskWanted and helloWanted: who asks, and for what', (t) => {
  const psk = recorder('pskWanted');
  read(psk.owner, { kind: 'pskWanted', payload: [sized('10.0.0.7'), sized('me')], a: 5684 });
  t.deepEqual(psk.calls, [[{ peer, address: '10.0.0.7', port: 5684, identity: 'me' }]]);
  const hello = recorder('helloWanted');
  read(hello.owner, { kind: 'helloWanted', payload: [sized('10.0.0.7'), sized('a.example')], a: 5684, b: 1 });
  const expected = { peer, address: '10.0.0.7', port: 5684, serverName: 'a.example', wantsCredentials: true };
  t.deepEqual(hello.calls, [[expected]]);
});

test('pskWanted and helloWanted: for an owner that does not want to know nobody can tell', (t) => {
  const answers: unknown[] = [];
  const answerPsk = (...answer: unknown[]) => answers.push(answer);
  const answerHello = (...answer: unknown[]) => answers.push(answer);
  read({}, { kind: 'pskWanted', payload: [sized('10.0.0.7'), sized('me')] }, { answerPsk });
  read({}, { kind: 'helloWanted', payload: [sized('10.0.0.7'), sized('')] }, { answerHello });
  t.deepEqual(answers, [
    [0, peer, null, true],
    [0, peer, HelloVerdict.failed, null],
  ]);
});

test('questionOver: of whom', (t) => {
  const { owner, calls } = recorder('questionOver');
  read(owner, { kind: 'questionOver', payload: [] });
  t.deepEqual(calls, [[peer]]);
});

test('datagram: where to, and a view of its bytes', (t) => {
  const { owner, calls } = recorder('datagramOut');
  const slab = read(owner, { kind: 'datagram', payload: [sized('fe80::1%2'), Buffer.from('bytes')], a: 5683 });
  t.deepEqual(calls, [['fe80::1%2', 5683, Buffer.from('bytes')]]);
  const [, , datagram] = calls[0] as [string, number, Buffer];
  t.is(datagram.buffer, slab.buffer);
});

interface Event {
  kind: keyof typeof EventKind;
  payload: (Uint8Array | number[])[];
  a?: number;
  b?: number;
  c?: number;
}

/** Delivers one event to `owner` and returns the slab that it was in. */
function read(owner: object, { kind, payload, a = 0, b = 0, c = 0 }: Event, calls = {}): Uint8Array {
  const reader = new EventReader();
  const native = { localAddress: () => ({}), ...calls } as unknown as NativeReactor;
  reader.add(new Endpoint(native, 0, owner as EndpointOwner, false));
  const bytes = Buffer.concat(payload.map((part) => Buffer.from(part)));
  const { slab } = reader;
  slab.set(bytes);
  reader.records.set([EventKind[kind], 0, peer, 0, bytes.length, a, b, c]);
  reader.deliver(1);
  return slab;
}

/** An owner with one handler, which notes what it is given after the endpoint. */
function recorder(handler: keyof EndpointOwner): { owner: object; calls: unknown[][] } {
  const calls: unknown[][] = [];
  return { calls, owner: { [handler]: (_endpoint: Endpoint, ...values: unknown[]) => calls.push(values) } };
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.from([bytes.length, ...bytes]);
}
