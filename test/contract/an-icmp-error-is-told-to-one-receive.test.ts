import test from 'ava';
import { SocketOption, SocketState } from 'lwm2m-tls';
import { connectedPair } from '../helpers/contract-sockets.js';

test('DTLS: a port that has gone is told by the next receive, once, and the socket stays connected', async (t) => {
  const { client, server, listener } = await connectedPair(t, 'DTLS');
  await server.shutdown(); // says no goodbye
  await server.close();
  await listener.close();

  const pending = client.receive(Buffer.alloc(10));
  await client.send(Buffer.from('anybody there?'));
  await t.throwsAsync(pending, { code: 'ECONNREFUSED' });
  t.is(client.getOpt(SocketOption.state), SocketState.connected);

  client.setOpt(SocketOption.recvTimeout, 0);
  await t.throwsAsync(client.receive(Buffer.alloc(10)), { code: 'ETIMEDOUT' });
});
