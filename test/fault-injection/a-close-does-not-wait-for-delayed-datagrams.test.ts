import test from 'ava';
import { faultyPair } from '../helpers/fault-injection.js';
import { closed, udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

const hour = 3_600_000;

for (const udpBackend of udpBackends) {
  test(`what waits to be sent leaves when the socket closes, over ${udpBackend}`, async (t) => {
    const { client, accepted, inbox } = await faultyPair(t, {}, { udpBackend });
    client.faults.set({ send: [{ fault: 'delay', milliseconds: hour }] });
    const end = closed(accepted);
    client.send('last words');
    await client.close();
    t.is(await inbox.next(), 'last words');
    t.false(await end, 'and the goodbye after it');
  });

  test(`what waits to be received is given up, over ${udpBackend}`, async (t) => {
    const { server, client, inbox } = await faultyPair(t, {}, { udpBackend });
    server.faults.set({ receive: [{ fault: 'delay', milliseconds: hour }] });
    client.send('too late');
    await until('it waits', () => server.faults.counters().receive.delayed === 1);
    await server.close();
    t.is(server.faults.counters().receive.abandoned, 1);
    t.deepEqual(inbox.received, []);
  });
}

test('a message that was delayed may close the socket that it comes to', async (t) => {
  const { server, accepted, client } = await faultyPair(t);
  server.faults.set({ receive: [{ fault: 'delay', milliseconds: 5 }] });
  const end = closed(client);
  accepted.on('message', () => void server.close());
  for (let i = 0; i < 10; i++) client.send(`${i}`);
  t.false(await end);
});
