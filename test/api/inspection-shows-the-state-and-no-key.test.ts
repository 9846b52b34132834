import { once } from 'node:events';
import { inspect } from 'node:util';
import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, startEchoServer } from '../helpers/ours.js';

const keyInAnyForm = new RegExp(
  `${client1.key.toString('hex')}|00 01 02 03|0, +1, +2, +3|${client1.key.toString('base64')}`,
);

test('a server in each state', async (t) => {
  const server = new DtlsServer({ psk: { [client1.identity]: client1.key } });
  t.regex(inspect(server), /^DtlsServer \{\s+state: 'idle',\s+identities: 1,\s+connections: 0,/);
  const { port } = await server.listen({ host: '127.0.0.1' });
  const client = await dial(t, port);
  const listening = inspect(server, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  t.regex(listening, new RegExp(`state: 'listening',\\s+address: '127.0.0.1',\\s+port: ${port},`));
  t.regex(listening, /connections: 1,\s+peersHandshaking: 0,\s+handshakesCompleted: 1,\s+handshakesFailed: 0/);
  t.notRegex(listening, keyInAnyForm);
  await client.close();
  await server.close();
  t.regex(inspect(server), /state: 'closed'/);
});

test('both sockets of an association, before and after its end', async (t) => {
  const { server, port } = await startEchoServer(t);
  const client = await dial(t, port, { keylog: true });
  client.send('hello');
  await once(client, 'message');
  const [accepted] = [...server.sockets()];
  for (const socket of [client, accepted]) {
    const text = inspect(socket, { depth: Number.POSITIVE_INFINITY, showHidden: true, breakLength: 1_000 });
    t.regex(text, new RegExp(`^DtlsSocket \\{\\s+role: '${socket?.role}',\\s+state: 'connected'`));
    t.regex(text, new RegExp(`remoteAddress: '127.0.0.1',\\s+remotePort: ${socket?.remotePort},`));
    t.regex(text, new RegExp(`pskIdentity: '${client1.identity}',\\s+cipher: '${socket?.cipher.name}'`));
    t.regex(text, /bytesSent: \d+,\s+bytesReceived: \d+,\s+datagramsSent: \d+,\s+datagramsReceived: \d+/);
    t.notRegex(text, keyInAnyForm);
    t.notRegex(text, /CLIENT_RANDOM/);
  }
  await client.close();
  t.regex(inspect(client), /state: 'closed'/);
  t.is(
    inspect({ deep: { deeper: { deepest: client } } }, { depth: 2 }),
    '{ deep: { deeper: { deepest: [DtlsSocket] } } }',
  );
});
