import test from 'ava';
import { runFile, runModule } from '../helpers/child-process.js';
import { lifecycleStates } from '../helpers/lifecycle-states.js';

const child = new URL('../helpers/lifecycle-child.js', import.meta.url);

for (const state of Object.keys(lifecycleStates)) {
  test(`process.exit(): ${state}`, async (t) => {
    const { code, signal, stderr } = await runFile(child, state, 'exit');
    t.is(signal, null, stderr);
    t.is(code, 0, stderr);
    t.is(stderr, '');
  });
}

for (const state of ['imported', 'server made', 'listening without holding the process', 'closed']) {
  test(`by itself, for nothing holds it: ${state}`, async (t) => {
    const { code, signal, stderr } = await runFile(child, state, 'by itself');
    t.is(signal, null, stderr);
    t.is(code, 0, stderr);
  });
}

test('a closed server and closed clients hold nothing, over and over', async (t) => {
  const { code, signal, stderr } = await runModule(`
    import { connect, DtlsServer } from 'lwm2m-tls';
    const psk = { identity: 'device', key: Buffer.from('key') };
    for (let i = 0; i < 20; i += 1) {
      const server = new DtlsServer({ psk: { device: psk.key } });
      const { port } = await server.listen({ host: '127.0.0.1' });
      const clients = await Promise.all([1, 2, 3].map(() => connect({ host: '127.0.0.1', port, psk })));
      await Promise.all([...clients.map((client) => client.close()), server.close()]);
    }
  `);
  t.is(signal, null, stderr);
  t.is(code, 0, stderr);
});

for (const event of ['connection', 'message', 'close', 'clientError', 'keylog']) {
  test(`process.exit() inside of a listener of ${event}`, async (t) => {
    const { code, signal, stderr, stdout } = await runModule(`
      import { connect, DtlsServer } from 'lwm2m-tls';
      const key = Buffer.from('key');
      const server = new DtlsServer({ psk: { device: key } });
      const exit = () => { console.log('here'); process.exit(0); };
      if (['connection', 'clientError', 'keylog'].includes('${event}')) server.on('${event}', exit);
      else server.on('connection', (socket) => socket.on('${event}', exit));
      const { port } = await server.listen({ host: '127.0.0.1' });
      const identity = '${event}' === 'clientError' ? 'stranger' : 'device';
      const client = await connect({ host: '127.0.0.1', port, psk: { identity, key } });
      client.send('one');
      client.send('two');
      await new Promise((resolve) => setImmediate(resolve));
      await client.close();
    `);
    t.is(signal, null, stderr);
    t.is(code, 0, stderr);
    t.is(stdout, 'here\n');
  });
}
