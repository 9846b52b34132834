import test from 'ava';
import { TlsError } from 'lwm2m-tls';
import { answers, faultyPair, messageOf } from '../helpers/fault-injection.js';
import { dial, nextConnection, udpBackends } from '../helpers/ours.js';
import { until } from '../helpers/within.js';

for (const udpBackend of udpBackends) {
  test(`after rebind() the server hears a stranger, until a new handshake, over ${udpBackend}`, async (t) => {
    const pair = await faultyPair(t, {}, { udpBackend });
    const { server, port, client, accepted, inbox } = pair;
    const [before, seen] = [client.localPort, accepted.remotePort];
    client.faults.rebind();
    t.not(client.localPort, before);
    client.send('from elsewhere');
    await until('the datagram of a stranger', () => server.counters().datagramsUnroutable === 1);
    t.deepEqual(inbox.received, []);
    t.is(accepted.remotePort, seen, 'the server stays with the old port');
    t.is(accepted.state, 'connected');

    const answered = nextConnection(server);
    const again = await dial(t, port, { udpBackend });
    (await answered).socket.send('welcome back');
    t.is(await messageOf(again), 'welcome back');
  });

  test(`a rule moves the socket before a datagram, over ${udpBackend}`, async (t) => {
    const { server, client, inbox } = await faultyPair(t, {}, { udpBackend });
    const before = client.localPort;
    client.faults.set({ send: [{ fault: 'rebind', nth: 2 }] });
    client.send('1');
    t.is(await inbox.next(), '1');
    t.is(client.localPort, before);
    client.send('2');
    client.send('3');
    await until('two datagrams of a stranger', () => server.counters().datagramsUnroutable === 2);
    t.not(client.localPort, before);
    t.is(client.faults.counters().send.rebound, 1);
    t.deepEqual(inbox.received, ['1']);
  });

  test(`a client that moves in its handshake begins it anew, over ${udpBackend}`, async (t) => {
    const pair = await faultyPair(
      t,
      { client: { send: [{ fault: 'rebind', handshake: 'ClientHello', nth: 2 }] } },
      { udpBackend },
    );
    t.true(await answers(pair), 'the cookie was for another port: it gets a new one');
  });

  test(`it may move to another address, over ${udpBackend}`, async (t) => {
    const { server, client } = await faultyPair(t, {}, { udpBackend });
    client.faults.rebind('127.0.0.1');
    t.is(client.localAddress, '127.0.0.1');
    client.send('from elsewhere');
    await until('the datagram of a stranger', () => server.counters().datagramsUnroutable === 1);
  });

  test(`many moves, and a close in between, over ${udpBackend}`, async (t) => {
    const { client } = await faultyPair(t, {}, { udpBackend });
    for (let i = 0; i < 20; i++) {
      client.faults.rebind();
      client.send('x');
    }
    await client.close();
    t.is(client.state, 'closed');
  });
}

test('an address that cannot be had leaves the socket where it is', async (t) => {
  const pair = await faultyPair(t);
  const before = pair.client.localPort;
  t.throws(() => pair.client.faults.rebind('192.0.2.1'), { instanceOf: TlsError, code: 'EADDRNOTAVAIL' });
  t.throws(() => pair.client.faults.rebind('::1'), { instanceOf: TlsError, code: 'EAFNOSUPPORT' });
  t.throws(() => pair.client.faults.rebind('localhost'), { instanceOf: TlsError, code: 'ERR_INVALID_OPTION' });
  t.is(pair.client.localPort, before);
  t.true(await answers(pair));
});

test('a server cannot move, and a closed client neither', async (t) => {
  const { server, client, accepted } = await faultyPair(t);
  t.throws(() => server.faults.rebind(), { instanceOf: TlsError, code: 'ENOTSUP' });
  t.throws(() => accepted.faults.rebind(), { instanceOf: TlsError, code: 'ENOTSUP' });
  await client.close();
  t.throws(() => client.faults.rebind(), { instanceOf: TlsError, code: 'ERR_CLOSED' });
});
