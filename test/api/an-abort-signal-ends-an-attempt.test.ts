import test from 'ava';
import { connect } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';
import { SilentServer } from '../helpers/silent-server.js';

for (const udpBackend of udpBackends) {
  test(`in the middle of the handshake, over ${udpBackend}`, async (t) => {
    const silent = await SilentServer.open();
    t.teardown(() => silent[Symbol.asyncDispose]());
    const controller = new AbortController();
    const options = { host: '127.0.0.1', port: silent.port, psk: client1, udpBackend, signal: controller.signal };
    const attempt = connect(options);
    setImmediate(() => controller.abort(new Error('enough')));
    const error = await t.throwsAsync(attempt);
    t.like(error, { name: 'AbortError', code: 'ABORT_ERR' });
    t.is((error.cause as Error).message, 'enough');
  });
}

test('before it begins', async (t) => {
  const options = { host: 'no-such-host.invalid', port: 5684, psk: client1, signal: AbortSignal.abort() };
  await t.throwsAsync(connect(options), { code: 'ABORT_ERR' });
});

test('while the name is resolved', async (t) => {
  const controller = new AbortController();
  const attempt = connect({ host: 'localhost', port: 5684, psk: client1, signal: controller.signal });
  controller.abort();
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
});

test('afterwards it has no effect', async (t) => {
  const { server, port } = await startServer(t);
  const controller = new AbortController();
  const accepted = nextConnection(server);
  const client = await dial(t, port, { signal: controller.signal });
  const { inbox } = await accepted;
  controller.abort();
  client.send('still here');
  t.is(await inbox.next(), 'still here');
});
