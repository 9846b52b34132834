import { inspect } from 'node:util';
import test from 'ava';
import { client1 } from '../helpers/credentials.js';
import { dialTls, echoed, nextConnection, only, startTlsEchoServer } from './ends.js';

test('of a socket and a server, over their life', async (t) => {
  const { server, port } = await startTlsEchoServer(t, { psk: { [client1.identity]: client1.key } });
  const accepted = nextConnection(server);
  const client = await dialTls(t, port, { psk: client1, ...only('TLSv1.3') });
  const socket = await accepted;
  t.is(await echoed(client, 'a secret'), 'a secret');
  const shown = [client, socket, server].map((it) => inspect(it, { depth: 10, showHidden: true }));
  t.regex(shown[0]!, /TlsSocket .*role: 'client'.*state: 'connected'.*protocol: 'TLSv1.3'.*cipher: 'TLS_AES/s);
  t.regex(shown[1]!, /TlsSocket .*role: 'server'.*pskIdentity: 'client1'/s);
  t.regex(shown[2]!, /TlsServer .*state: 'listening'.*identities: 1.*connections: 1/s);
  await client.close();
  await server.close();
  shown.push(inspect(client), inspect(server));
  t.regex(shown[3]!, /state: 'closed'/);
  t.regex(shown[4]!, /state: 'closed'/);
  const key = client1.key.toString('hex');
  for (const text of shown) {
    t.notRegex(text, /a secret|61 20 73 65/);
    t.false(text.replaceAll(' ', '').includes(key));
  }
  t.is(inspect({ client }, { depth: 0 }), '{ client: [TlsSocket] }');
});
