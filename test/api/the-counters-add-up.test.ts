import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  test(`of a server and its clients, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    t.true(Object.values(server.counters()).every((value) => value === 0));
    const clients = [];
    for (let i = 0; i < 5; i += 1) {
      const accepted = nextConnection(server);
      const client = await dial(t, port, { udpBackend });
      clients.push({ client, ...(await accepted) });
    }
    await t.throwsAsync(dial(t, port, { psk: { identity: 'stranger', key: client1.key }, udpBackend }));
    for (const { client, socket, inbox } of clients) {
      client.send('ping');
      await inbox.next();
      socket.send('pong');
    }

    const counters = server.counters();
    t.true(Object.isFrozen(counters));
    t.like(counters, {
      handshakesStarted: 6,
      handshakesCompleted: 5,
      handshakesFailed: 1,
      helloVerifyRequests: 6,
      messagesReceived: 5,
      messagesSent: 5,
      peers: 5,
      peersHandshaking: 0,
      datagramsMalformed: 0,
      datagramsUnroutable: 0,
      transportErrors: 0,
    });
    t.is(counters.peers, server.connections);

    const sockets = [...server.sockets()];
    t.is(sockets.length, 5);
    const sum = (field: 'bytesReceived' | 'datagramsReceived') =>
      sockets.reduce((total, socket) => total + socket[field], 0);
    // Besides: the hellos without a cookie, and all of the stranger.
    t.true(sum('bytesReceived') < counters.bytesReceived);
    t.true(sum('datagramsReceived') + 6 <= counters.datagramsReceived);

    for (const { client } of clients) await client.close();
    await server.close();
    t.is(server.counters().peers, 0);
  });
}
