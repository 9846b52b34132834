import test, { type ExecutionContext } from 'ava';
import { Lwm2mServer, SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { client1 } from '../helpers/credentials.js';

test('connect() resumes the session that it is given, and the registration is still good', async (t) => {
  const { device } = await serverAndDevice(t);
  await device.connect();
  await device.register();
  const session = device.socket?.session;
  await device.close();
  await device.connect({ session });
  t.true(device.socket?.resumed);
  await device.update();
  await device.close();
  await device.connect({ session: false });
  t.false(device.socket?.resumed);
  t.is(device.socket?.session, undefined);
});

test('an abandoned association is still there for the server, and the device connects beside it', async (t) => {
  const { server, device } = await serverAndDevice(t);
  t.is(device.abandon(), undefined);
  await device.connect();
  await device.register();
  const abandoned = device.abandon();
  t.is(device.socket, undefined);
  await t.throwsAsync(device.update(), { code: 'ERR_CLOSED' });
  await device.connect();
  t.is(server.dtls.connections, 2);
  await device.update();

  await abandoned?.close();
  t.is(device.socket?.state, 'connected');
  await device.update();
});

test('a request that waits when its association is abandoned fails', async (t) => {
  const { device } = await serverAndDevice(t);
  await device.connect();
  const failed = t.throwsAsync(device.register(), { code: 'ERR_CLOSED' });
  t.teardown(async () => device.abandon()?.close());
  const abandoned = device.abandon();
  await failed;
  await abandoned?.close();
});

test('who has forgotten its registration has to register again', async (t) => {
  const { device } = await serverAndDevice(t);
  await device.connect();
  await device.register();
  device.forgetRegistration();
  t.is(device.location, undefined);
  await t.throwsAsync(device.update(), { code: 'ERR_NOT_REGISTERED' });
  await device.register();
});

test('options of connect() that do not exist are refused', async (t) => {
  const { device } = await serverAndDevice(t);
  await t.throwsAsync(device.connect({ sessions: false } as object), { code: 'ERR_UNKNOWN_OPTION' });
  await t.throwsAsync(device.connect({ session: 'x' as never }), { code: 'ERR_INVALID_OPTION' });
});

async function serverAndDevice(t: ExecutionContext): Promise<{ server: Lwm2mServer; device: SimulatedDevice }> {
  const server = new Lwm2mServer({ psk: { [client1.identity]: client1.key } });
  t.teardown(async () => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const device = new SimulatedDevice({ host: '127.0.0.1', port, psk: client1 });
  t.teardown(async () => device.close());
  return { server, device };
}
