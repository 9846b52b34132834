import test from 'ava';
import { opensslVersion } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, nextConnection, startServer, udpBackends } from '../helpers/ours.js';
import { ccm8 } from '../helpers/suites.js';

for (const udpBackend of udpBackends) {
  test(`on both sides, over ${udpBackend}`, async (t) => {
    const { server, port } = await startServer(t, { udpBackend });
    const accepted = nextConnection(server);
    const client = await dial(t, port, { udpBackend });
    const { socket } = await accepted;

    for (const side of [client, socket]) {
      t.like(side, {
        state: 'connected',
        remoteAddress: '127.0.0.1',
        remoteFamily: 'IPv4',
        localAddress: '127.0.0.1',
        pskIdentity: client1.identity,
        resumed: false,
      });
      t.is(side.cipher.id, ccm8.id);
      t.is(side.cipher.name, ccm8.name);
      t.is(side.cipher.openssl, ccm8.openssl);
      t.true(side.innerMtu > 1100 && side.innerMtu < 1232);
    }
    t.is(client.role, 'client');
    t.is(socket.role, 'server');
    t.is(client.remotePort, port);
    t.is(socket.localPort, port);
    t.is(socket.remotePort, client.localPort);
  });
}

test('what one side has sent the other has received', async (t) => {
  const { server, port } = await startServer(t);
  const accepted = nextConnection(server);
  const client = await dial(t, port);
  const { socket, inbox } = await accepted;
  client.send('hello');
  await inbox.next();
  t.true(client.bytesSent > 0 && client.datagramsSent > 0);
  // The association begins with the verified hello: the first hello and its HelloVerifyRequest are not its traffic.
  t.true(socket.bytesReceived < client.bytesSent);
  t.is(socket.datagramsReceived, client.datagramsSent - 1);
  t.is(socket.datagramsSent, client.datagramsReceived - 1);
});

test('the library is the one that was asked for, and says so at run time', (t) => {
  t.regex(opensslVersion, process.env['LWM2M_TLS_OPENSSL'] === 'system' ? /^OpenSSL 3\./ : /^OpenSSL 1\.1\.1/);
});
