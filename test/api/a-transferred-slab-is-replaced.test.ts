import test from 'ava';
import { runModule } from '../helpers/child-process.js';

/** Node 20 has transfer() behind a flag, later versions have it and may not know the flag. */
const flags = 'transfer' in ArrayBuffer.prototype ? [] : ['--harmony-rab-gsab-transfer'];

/**
 * A reader with one endpoint whose events are logged, and `write(...events)`, which does what native code does with them:
 * an event with a `payload` has it in the slab, behind those before.
 */
const fakes = `
  import { EventReader } from '#lib/events/event-reader.js';
  import { EVENT_INTS, EventKind, MAX_PAYLOAD } from '#lib/events/layout.js';
  const reader = new EventReader();
  const log = [];
  const uncaught = [];
  process.on('uncaughtException', (error) => uncaught.push(error.code ?? error.message));
  const messages = [];
  let onMessage = (message) => log.push('message ' + message);
  const owner = {
    peerConnected: (endpoint, record) => {
      const { remoteAddress, remotePort, pskIdentity, serverName, resumed, ...own } = record; // getters, but for the rest
      log.push(['connected', { remoteAddress, remotePort, pskIdentity, serverName, resumed, ...own }]);
    },
    peerClosed: (endpoint, record) => log.push(['closed', record]),
    clientFailed: (record) => log.push(['failed', record]),
    keylogLine: () => log.push('keylog'),
    session: () => log.push('session'),
    sessionWanted: (endpoint, { id }) => log.push('session wanted, id of ' + id.length + ' bytes'),
    sessionRemoved: () => log.push('session removed'),
    datagramOut: () => log.push('datagram'),
    endpointFailed: (endpoint, errno) => log.push('errno ' + errno),
    endpointClosed: () => log.push('endpoint closed'),
  };
  const peers = new Map([[5, { deliver: (message) => onMessage(message) }]]);
  reader.add({ number: 0, owner, peers, copyMessages: false });
  let used = 0;
  const write = (...events) => {
    for (const [index, { kind, payload = '', a = 0, b = 0, c = 0 }] of events.entries()) {
      const bytes = Buffer.from(payload);
      reader.slab.set(bytes, used);
      reader.records.set([EventKind[kind], 0, 5, used, bytes.length, a, b, c], index * EVENT_INTS);
      used += bytes.length;
    }
    return events.length;
  };
  const detach = () => {
    const { slab } = reader;
    slab.buffer.transfer();
    used = 0;
  };
  const later = () => new Promise((resolve) => setImmediate(resolve));
  const show = (value) => console.log(JSON.stringify(value));
`;

async function run(source: string): Promise<unknown> {
  const { code, signal, stdout, stderr } = await runModule(`${fakes}${source}`, flags);
  if (code !== 0) throw new Error(`${signal ?? code}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}

test('a slab that was detached between two batches: messages are lost, the other events are not', async (t) => {
  const { lent, after, log, uncaught } = (await run(`
    const count = write(
      { kind: 'connected', payload: '\\x091.2.3.4.5\\x02me\\x02it' + 'x'.repeat(6), a: 0xc0a8, b: 1200, c: 5684 << 8 },
      { kind: 'message', payload: 'lost' },
      { kind: 'keylog', payload: 'CLIENT_RANDOM' },
      { kind: 'session', payload: 'DER' },
      { kind: 'sessionRemoved', payload: 'id' },
      { kind: 'datagram', payload: '\\x031.2lost' },
      { kind: 'sessionWanted', payload: 'id' },
      { kind: 'clientError', payload: '\\x031.2\\x02me', a: 2, c: 99 },
      { kind: 'closed', payload: 'x'.repeat(40), a: 5, b: 7 },
      { kind: 'endpointError', b: 111 },
    );
    detach();
    const lent = reader.deliver(count);
    const after = [reader.slab.length, reader.deliver(write({ kind: 'message', payload: 'heard' }))];
    await later();
    show({ lent, after, log, uncaught });
  `)) as { lent: boolean; after: unknown; log: unknown[]; uncaught: string[] };
  t.true(lent, 'a fresh one is to be lent');
  t.deepEqual(after, [256 * 1024, false]);
  const nobody = { remoteAddress: '', pskIdentity: '' };
  const unknown = { serverName: '', version: 0, verifyResult: 0, certificates: [] };
  const nothing = { bytesSent: 0, bytesReceived: 0, datagramsSent: 0, datagramsReceived: 0 };
  t.deepEqual(log, [
    ['connected', { peer: 5, cipher: 0xc0a8, innerMtu: 1200, resumed: false, remotePort: 5684, ...nobody, ...unknown }],
    'session wanted, id of 0 bytes',
    ['failed', { peer: 5, failure: { cause: 2, code: 0, reason: '' }, remotePort: 99, ...nobody }],
    ['closed', { peer: 5, failure: { cause: 5, code: 7, reason: '' }, traffic: nothing }],
    'errno 111',
    'message heard',
  ]);
  t.deepEqual(uncaught, ['ERR_SLAB_DETACHED'], 'reported once');
});

test('native code that finds it without events gets a fresh slab', async (t) => {
  const result = await run(`
    const idle = reader.deliver(0);
    detach();
    const lent = [reader.deliver(0), reader.deliver(0)];
    await later();
    show({ idle, lent, bytes: reader.slab.length, uncaught });
  `);
  t.deepEqual(result, { idle: false, lent: [true, false], bytes: 256 * 1024, uncaught: ['ERR_SLAB_DETACHED'] });
});

test('a listener that transfers in mid-batch loses the messages behind its own, and may throw as well', async (t) => {
  const result = await run(`
    onMessage = (message) => {
      log.push('message ' + message);
      if (String(message) !== 'two') return;
      message.buffer.transfer();
      throw new Error('of a listener');
    };
    const count = write(
      { kind: 'message', payload: 'one' },
      { kind: 'message', payload: 'two' },
      { kind: 'message', payload: 'three' },
      { kind: 'endpointError', b: 9 },
      { kind: 'message', payload: 'four' },
    );
    const lent = [];
    try { reader.deliver(count); } catch (error) { lent.push(error.message); }
    lent.push(reader.deliver(count));
    await later();
    show({ lent, log, uncaught });
  `);
  t.deepEqual(result, {
    lent: ['of a listener', true],
    log: ['message one', 'message two', 'errno 9'],
    uncaught: ['ERR_SLAB_DETACHED'],
  });
});

test('a listener that transfers the last message of a batch', async (t) => {
  const result = await run(`
    onMessage = (message) => message.buffer.transfer();
    const lent = reader.deliver(write({ kind: 'message', payload: 'one' }));
    await later();
    show({ lent, bytes: reader.slab.length, uncaught });
  `);
  t.deepEqual(result, { lent: true, bytes: 256 * 1024, uncaught: ['ERR_SLAB_DETACHED'] });
});
