import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { DtlsServer, type DtlsSocket } from 'lwm2m-tls';
import { SimulatedDevice, type SimulatedDeviceOptions } from 'lwm2m-tls/lwm2m';
import { attend } from '../helpers/attend.js';
import { runModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { SilentServer } from '../helpers/silent-server.js';
import { within } from '../helpers/within.js';

async function start(t: ExecutionContext, options: Partial<SimulatedDeviceOptions> = {}) {
  const server = attend(t, new DtlsServer({ psk: { [client1.identity]: client1.key } }));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const device = attend(t, new SimulatedDevice({ host: '127.0.0.1', port, psk: client1, ...options }));
  return { server, device };
}

async function silent(t: ExecutionContext, options: Partial<SimulatedDeviceOptions> = {}) {
  const { port } = attend(t, await SilentServer.open());
  return attend(t, new SimulatedDevice({ host: '127.0.0.1', port, psk: client1, ...options }));
}

test('a second connect() is refused while one is pending, and leaves that alone', async (t) => {
  const { server, device } = await start(t);
  const first = device.connect();
  await t.throwsAsync(device.connect(), { name: 'TlsError', code: 'ERR_ALREADY_CONNECTED', message: /is pending/ });
  await first;
  t.true(connected(device));
  t.is(server.counters().handshakesStarted, 1);
});

test('a second connect() is refused while the device is connected, and allowed after close()', async (t) => {
  const { server, device } = await start(t);
  await device.connect();
  const { socket } = device;
  await t.throwsAsync(device.connect(), { code: 'ERR_ALREADY_CONNECTED', message: /close\(\) it first/ });
  t.is(device.socket, socket);
  await device.close();
  t.is(device.socket, undefined);
  await device.connect();
  t.is(server.counters().handshakesCompleted, 2);
});

test('connect() again while the end of the server is under way', async (t) => {
  const { server, device } = await start(t);
  await device.connect();
  const first = device.socket as DtlsSocket;
  const ended = once(first, 'close');
  for (const socket of server.sockets()) void socket.close();
  while (first.state === 'connected') await new Promise((resolve) => setImmediate(resolve));
  t.is(device.socket, undefined);
  await device.connect();
  await ended;
  t.true(connected(device), 'the end of the old association does not touch the new one');
});

test('close() at any moment of connect() leaves it closed', async (t) => {
  const { device } = await start(t);
  const outcomes: string[] = [];
  for (let turns = 0; outcomes.at(-1) !== 'connected' || outcomes.length < 10; turns += 1) {
    const outcome = device.connect().then(
      () => 'connected',
      (error) => error.code as string,
    );
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await device.close();
    outcomes.push(await outcome);
    t.is(device.socket, undefined);
    await t.throwsAsync(device.register(), { code: 'ERR_CLOSED' });
  }
  t.is(outcomes[0], 'ERR_CLOSED');
  t.deepEqual([...new Set(outcomes)].sort(), ['ERR_CLOSED', 'connected']);
});

test('close() while the server is silent settles at once, as often as it is called', async (t) => {
  const device = await silent(t);
  const refused = t.throwsAsync(device.connect(), { code: 'ERR_CLOSED' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await within(2_000, 'close()', Promise.all([device.close(), device.close(), device.close()]));
  await refused;
  await t.notThrowsAsync(device.close());
});

test('close() of a device that never connected', async (t) => {
  const device = await silent(t);
  await t.notThrowsAsync(device.close());
  await t.notThrowsAsync(device.close());
});

test('every close() waits for the end', async (t) => {
  const { device } = await start(t);
  await device.connect();
  const { socket } = device;
  let closed = false;
  socket?.on('close', () => {
    closed = true;
  });
  const first = device.close();
  await device.close();
  t.true(closed);
  await first;
});

test('the signal of the options still aborts an attempt, and only that', async (t) => {
  const aborted = new AbortController();
  const device = await silent(t, { signal: aborted.signal });
  const refused = t.throwsAsync(device.connect(), { name: 'AbortError', code: 'ABORT_ERR' });
  aborted.abort(new Error('enough'));
  const error = await refused;
  t.like(error?.cause, { message: 'enough' });
  await t.throwsAsync(device.connect(), { code: 'ABORT_ERR' }, 'aborted before the attempt');

  const late = new AbortController();
  const { device: other } = await start(t, { signal: late.signal });
  await other.connect();
  late.abort();
  t.true(connected(other));
});

test('devices that were closed while they connected hold nothing', async (t) => {
  const { code, signal, stdout, stderr } = await runModule(`
    import { DtlsServer } from 'lwm2m-tls';
    import { SimulatedDevice } from 'lwm2m-tls/lwm2m';
    const psk = { identity: 'device', key: Buffer.from('key') };
    const server = new DtlsServer({ psk: { device: psk.key } });
    const { port } = await server.listen({ host: '127.0.0.1' });
    for (let turns = 0; turns < 12; turns += 1) {
      const device = new SimulatedDevice({ host: '127.0.0.1', port, psk });
      device.connect().catch(() => {});
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      void device.close();
    }
    await server.close();
    setTimeout(() => { console.log('held'); process.exit(1); }, 5_000).unref();
  `);
  t.is(signal, null, stderr);
  t.is(code, 0, stderr);
  t.is(stdout, '');
});

function connected(device: SimulatedDevice): boolean {
  return device.socket?.state === 'connected';
}
