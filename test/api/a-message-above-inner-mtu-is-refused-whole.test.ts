import test from 'ava';
import { cipherSuites } from 'lwm2m-tls';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';

for (const udpBackend of udpBackends) {
  for (const mtu of [256, 1232, 16_384]) {
    test(`over ${udpBackend} with mtu ${mtu}`, async (t) => {
      const { server, port } = await startServer(t, { udpBackend, mtu });
      const accepted = nextConnection(server);
      const client = await dial(t, port, { udpBackend, mtu });
      const { inbox } = await accepted;
      const { datagramsSent } = client;

      const error = t.throws(() => client.send(Buffer.alloc(client.innerMtu + 1)));
      t.like(error, { name: 'TlsError', code: 'EMSGSIZE' });
      t.regex(error.message, new RegExp(`${client.innerMtu + 1} bytes .* at most ${client.innerMtu} bytes`));
      t.is(client.datagramsSent, datagramsSent, 'nothing was sent');

      const largest = 'x'.repeat(client.innerMtu);
      const before = client.bytesSent;
      client.send(largest);
      t.is(await inbox.next(), largest);
      t.true(client.bytesSent - before <= mtu);
    });
  }
}

const withAesOrChacha = cipherSuites.filter(({ name }) => /^TLS_(ECDHE_|DHE_)?PSK_WITH_(AES|CHACHA20)/.test(name));

for (const { name, id } of withAesOrChacha) {
  test(`innerMtu with ${name} fits the mtu`, async (t) => {
    const { server, port } = await startServer(t, { mtu: 1000, cipherSuites: [id] });
    const accepted = nextConnection(server);
    const client = await dial(t, port, { mtu: 1000, cipherSuites: [id] });
    const { inbox, socket } = await accepted;
    t.is(socket.cipher.id, id);
    const before = client.bytesSent;
    client.send(Buffer.alloc(client.innerMtu));
    await inbox.next();
    t.true(client.bytesSent - before <= 1000, `${client.bytesSent - before} bytes`);
  });
}
