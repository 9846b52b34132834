import test from 'ava';
import { Lwm2mServer, SimulatedDevice } from 'lwm2m-tls/lwm2m';
import { connectedPair, receiveText } from '../helpers/contract-sockets.js';
import { client1 } from '../helpers/credentials.js';

test('a contract socket over UDP', async (t) => {
  const faults = { send: [{ fault: 'lose', records: 'applicationData', nth: 1 } as const] };
  const { client, server } = await connectedPair(t, 'DTLS', { backendConfiguration: { faults } });
  await client.send(Buffer.from('lost'));
  await client.send(Buffer.from('comes'));
  t.is(await receiveText(server), 'comes');
});

test('an LwM2M server and a simulated device: what is lost is sent again', async (t) => {
  const lost = { fault: 'lose', records: 'applicationData', nth: 1 } as const;
  const server = new Lwm2mServer({ psk: { [client1.identity]: client1.key }, faults: { send: [lost] } });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1' });
  const transmission = { ackTimeout: 50 };
  const device = new SimulatedDevice({ host: '127.0.0.1', port, psk: client1, faults: { send: [lost] }, transmission });
  t.teardown(() => device.close());
  await device.connect();
  await device.register();
  t.is(server.dtls.faults.counters().send.lost, 1);
});
