import test from 'ava';
import { runModule } from '../helpers/child-process.js';

/** What is done with two sockets of each kind before the process ends. */
const states: Readonly<Record<string, string>> = {
  'never opened': '',
  bound: 'await listener.bind("127.0.0.1", 0);',
  'waiting for a client': 'await listener.bind("127.0.0.1", 0); void listener.accept(accepted).catch(() => {});',
  connecting: 'await silent(); void client.connect("127.0.0.1", port).catch(() => {});',
  connected: 'await meet();',
  'waiting for a message': 'await meet(); void client.receiveMessage().catch(() => {});',
  'a message on its way': 'await meet(); void client.send("x");',
  'shut down': 'await meet(); await client.shutdown();',
  'being closed': 'await meet(); void client.close();',
};

const program = (kind: string, state: string, end: string) => `
  import dgram from 'node:dgram';
  import net from 'node:net';
  import { once } from 'node:events';
  import { create${kind}Socket } from 'lwm2m-tls';
  const create = () => create${kind}Socket({ security: { mode: 'psk', identity: 'device', key: Buffer.from('key') } });
  const [listener, accepted, client] = [create(), create(), create()];
  let port;
  async function meet() {
    await listener.bind('127.0.0.1', 0);
    await Promise.all([client.connect('127.0.0.1', listener.getLocalPort()), listener.accept(accepted)]);
  }
  async function silent() {
    const other = '${kind}' === 'Dtls' ? dgram.createSocket('udp4') : net.createServer(() => {});
    if ('${kind}' === 'Dtls') other.bind(0, '127.0.0.1'); else other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    other.unref();
    port = other.address().port;
  }
  ${state}
  ${end}
`;

for (const kind of ['Dtls', 'Ssl']) {
  for (const [name, state] of Object.entries(states)) {
    test(`${kind}, ${name}: process.exit()`, async (t) => {
      const { code, signal, stderr } = await runModule(program(kind, state, 'process.exit(0);'));
      t.is(signal, null, stderr);
      t.is(code, 0, stderr);
      t.is(stderr, '');
    });
  }

  for (const end of ['cleanup', 'close']) {
    test(`${kind}: after ${end} of all sockets nothing holds the process`, async (t) => {
      const all = `await Promise.all([client, accepted, listener].map((socket) => socket.${end}()));`;
      const { code, signal, stderr } = await runModule(program(kind, 'await meet();', all));
      t.is(signal, null, stderr);
      t.is(code, 0, stderr);
    });
  }

  test(`${kind}: closing gives back the descriptors, and what is dropped can be collected`, async (t) => {
    const rounds = `
      import { readdirSync } from 'node:fs';
      const open = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
      const gone = [];
      let before;
      for (let round = 0; round < 8; round += 1) {
        const sockets = [create(), create(), create()];
        const [listening, end, dialling] = sockets;
        await listening.bind('127.0.0.1', 0);
        await Promise.all([dialling.connect('127.0.0.1', listening.getLocalPort()), listening.accept(end)]);
        await Promise.all(sockets.map((socket) => socket.close()));
        gone.push(...sockets.map((socket) => new WeakRef(socket)));
        if (round === 2) before = open();
      }
      console.log(JSON.stringify({ more: open() - before }));
      for (let turn = 0; turn < 20 && gone.some((it) => it.deref() !== undefined); turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        globalThis.gc();
      }
      console.log(JSON.stringify({ left: gone.filter((it) => it.deref() !== undefined).length }));
    `;
    const { code, stdout, stderr } = await runModule(program(kind, '', rounds), ['--expose-gc']);
    t.is(code, 0, stderr);
    const [descriptors, objects] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.is(descriptors.more, 0);
    // The last round's sockets may still be on the stack of the loop.
    t.true(objects.left <= 3, `${objects.left} of 24 sockets are still there`);
  });
}
