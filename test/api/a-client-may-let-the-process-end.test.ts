import test from 'ava';
import { runModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

/** A child that connects, does `action`, and has nothing else to do; after 1 s it gives up waiting for its own end. */
async function child(port: number, udpBackend: string, action: string) {
  const key = client1.key.toString('hex');
  return runModule(`
    import { connect } from 'lwm2m-tls';
    const psk = { identity: '${client1.identity}', key: Buffer.from('${key}', 'hex') };
    const socket = await connect({ host: '127.0.0.1', port: ${port}, psk, udpBackend: '${udpBackend}' });
    setTimeout(() => { console.log('held'); process.exit(0); }, 1_000).unref();
    ${action}`);
}

for (const udpBackend of udpBackends) {
  test(`unref() lets the process end, ref() holds it again, over ${udpBackend}`, async (t) => {
    const { port } = await startServer(t);
    for (const [action, output] of [
      ['socket.unref();', ''],
      ['socket.unref().ref();', 'held\n'],
      ['', 'held\n'],
    ] as const) {
      const { code, signal, stdout, stderr } = await child(port, udpBackend, action);
      t.is(signal, null, stderr);
      t.is(code, 0, stderr);
      t.is(stdout, output, action);
    }
  });
}

test('on a server and after the end it has no effect', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket } = await accepted;
  t.is(socket.unref().ref(), socket);
  await client.close();
  t.is(client.ref().unref(), client);
});

test("unref() on a server's socket does not let its process end", async (t) => {
  const { stdout, stderr, code } = await runModule(`
    import { connect, DtlsServer } from 'lwm2m-tls';
    const psk = { identity: 'device', key: Buffer.from('key') };
    const server = new DtlsServer({ psk: { device: psk.key } });
    server.on('connection', (socket) => {
      socket.unref();
      setTimeout(() => { console.log('held'); process.exit(0); }, 300).unref();
    });
    const { port } = await server.listen({ host: '127.0.0.1' });
    (await connect({ host: '127.0.0.1', port, psk })).unref();`);
  t.is(code, 0, stderr);
  t.is(stdout, 'held\n');
});
