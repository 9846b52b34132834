import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { DtlsServerGroup } from 'lwm2m-tls';
import { freePort } from '../helpers/free-port.js';
import { hopelessWorker } from './groups.js';

const failures: Readonly<Record<string, RegExp>> = {
  throws: /^worker 1 of the group has ended: told to throw$/,
  listens: /listens already/,
  closes: /the server is closed/,
  'returns nothing': /createServer: got undefined, expected a DtlsServer as what it returns, in file:.*hopeless\.js/,
};

for (const [how, message] of Object.entries(failures)) {
  test.serial(`${how}: nothing is left open`, async (t) => {
    const group = new DtlsServerGroup({ script: hopelessWorker, workers: 2, workerData: [1, how] });
    t.teardown(() => group.close());
    const port = await freePort();
    await t.throwsAsync(group.listen({ host: '127.0.0.1', port }), { code: 'ERR_WORKER_FAILED', message });
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await t.notThrowsAsync(once(socket, 'listening'), 'the port is free');
    socket.close();
    t.throws(() => group.address(), { code: 'ERR_NOT_LISTENING' });
    await t.throwsAsync(group.listen({ host: '127.0.0.1', port }), { code: 'ERR_WORKER_FAILED', message }, 'again');
  });
}

test.serial('a module without createServer', async (t) => {
  const script = new URL('./workers/nothing.js', import.meta.url);
  const group = new DtlsServerGroup({ script, workers: 1 });
  await t.throwsAsync(group.listen({ host: '127.0.0.1' }), {
    code: 'ERR_WORKER_FAILED',
    message: /script: got 'file:.*nothing\.js', expected a module that exports a function createServer/,
  });
});

test.serial("the port is the group's alone, unless it says otherwise", async (t) => {
  const groups = Array.from({ length: 3 }, () => {
    const group = new DtlsServerGroup({ script: hopelessWorker, workers: 2, workerData: [-1, ''] });
    t.teardown(() => group.close());
    return group;
  });
  const [first, second, third] = groups as [DtlsServerGroup, DtlsServerGroup, DtlsServerGroup];
  const { port } = await first.listen({ host: '127.0.0.1' });
  await t.throwsAsync(second.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  const address = await third.listen({ host: '127.0.0.1', port, reusePort: true });
  t.is(address.port, port);
  await t.throwsAsync(third.listen(), { code: 'ERR_ALREADY_LISTENING' });
});
