import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { type ClientError, type ConnectOptions, connect, type DtlsServerOptions, type DtlsSocket } from 'lwm2m-tls';
import { dialCertified, identityOf, startCertifiedServer } from '../helpers/certified.js';
import { runModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { closed, dial, echo, nextConnection, startEchoServer, udpBackends } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';

const ways = [
  ['by ticket', {}, {}],
  ['by id, as the server gives no tickets', { sessions: { tickets: false } }, {}],
  ['by id, as the client asks for no ticket', {}, { tickets: false }],
] as const satisfies [string, Partial<DtlsServerOptions>, Partial<ConnectOptions>][];

for (const [way, server, client] of ways) {
  for (const udpBackend of udpBackends) {
    test(`${way}, with a pre-shared key, over ${udpBackend}`, async (t) => {
      const started = await startEchoServer(t, { ...server, udpBackend });
      const first = await dial(t, started.port, { ...client, udpBackend });
      t.false(first.resumed);
      const accepted = nextConnection(started.server);
      const second = await dial(t, started.port, { ...client, udpBackend, session: first.session });
      const { socket } = await accepted;
      for (const side of [second, socket]) {
        t.like(side, { resumed: true, authorized: true, pskIdentity: client1.identity });
        t.is(side.cipher.id, first.cipher.id);
      }
      t.true(second.datagramsReceived < first.datagramsReceived, 'a shorter handshake');
      t.is(started.server.counters().flightsRetransmitted, 0);
      t.is(await echo(second, 'hello'), 'hello');
    });
  }

  test(`${way}, with certificates of both sides, which are still known`, async (t) => {
    const ca = (await pki.root()).pem;
    const started = await startCertifiedServer(t, { ...server, ca, requestCert: true });
    const options = { ...client, ...identityOf(await pki.client()) };
    const first = await dialCertified(t, started.port, options);
    const accepted = nextConnection(started.server);
    const second = await dialCertified(t, started.port, { ...options, session: first.session });
    const { socket } = await accepted;
    for (const side of [second, socket]) t.like(side, { resumed: true, authorized: true });
    t.is(second.peerCertificate?.subject, (await pki.server()).x509.subject);
    t.is(socket.peerCertificate?.subject, (await pki.client()).x509.subject);
    t.true(second.bytesReceived < first.bytesReceived / 2, 'no certificates were sent');
    t.is(await echo(second, 'hello'), 'hello');
  });
}

test('again and again, each time with the newest session', async (t) => {
  const { port } = await startEchoServer(t);
  let session: Buffer | undefined;
  for (let turn = 0; turn < 4; turn += 1) {
    const socket: DtlsSocket = await dial(t, port, { session });
    t.is(socket.resumed, turn > 0);
    session = socket.session ?? session;
    await socket.close();
  }
});

test('while the first connection is still there, and after both ends have closed it', async (t) => {
  const { server, port } = await startEchoServer(t, { sessions: { tickets: false } });
  const first = await dial(t, port);
  const { session } = first;
  t.true((await dial(t, port, { session })).resumed);
  await first.close();
  for (const socket of server.sockets()) await socket.close();
  t.true((await dial(t, port, { session })).resumed);
});

test('in another process', async (t) => {
  const { port } = await startEchoServer(t);
  const { session } = await dial(t, port);
  const { stdout, stderr } = await runModule(`
    import { connect } from 'lwm2m-tls';
    const psk = { identity: ${JSON.stringify(client1.identity)}, key: Buffer.from('${client1.key.toString('hex')}', 'hex') };
    const session = Buffer.from('${session?.toString('base64')}', 'base64');
    const socket = await connect({ host: '127.0.0.1', port: ${port}, psk, session });
    console.log(socket.resumed);
    await socket.close();
  `);
  t.is(stdout.trim(), 'true', stderr);
});

test("the 'session' event is for those who listen afterwards, too", async (t) => {
  const { port } = await startEchoServer(t);
  const socket = await dial(t, port);
  const [session] = (await once(socket, 'session')) as [Buffer];
  t.is(socket.session, session);
  socket.on('session', () => t.fail('only the first listener missed it'));
  await new Promise((resolve) => setImmediate(resolve));
});

test('a server that has forgotten makes a full handshake', async (t) => {
  for (const sessions of [false, { tickets: false, cacheSize: 0 }, undefined] as const) {
    const { session } = await dial(t, (await startEchoServer(t)).port);
    const other = await startEchoServer(t, { sessions });
    const socket = await dial(t, other.port, { session });
    t.false(socket.resumed);
    t.is(await echo(socket, 'hello'), 'hello');
  }
});

test('a server without sessions gives none, and a client that wants none has none', async (t) => {
  const none = await startEchoServer(t, { sessions: false });
  t.is((await dial(t, none.port)).session, undefined);
  const { port } = await startEchoServer(t);
  t.is((await dial(t, port, { session: false })).session, undefined);
});

test('what is no session does no harm', async (t) => {
  const { port } = await startEchoServer(t);
  const { session } = await dial(t, port);
  const good = session as Buffer;
  const flipped = Buffer.from(good);
  flipped[30]! ^= 0xff;
  for (const bad of [Buffer.alloc(0), Buffer.alloc(500), Buffer.alloc(500, 0xff), good.subarray(0, -1), flipped]) {
    const socket = await dial(t, port, { session: bad });
    t.false(socket.resumed);
    t.is(await echo(socket, 'hello'), 'hello');
  }
});

test('a session whose suite is not offered any more is not either', async (t) => {
  const { port } = await startEchoServer(t);
  const { session } = await dial(t, port, { cipherSuites: [0xc0a8] });
  const socket = await dial(t, port, { session, cipherSuites: [0x00a8] });
  t.like(socket, { resumed: false });
  t.is(socket.cipher.id, 0x00a8);
});

test('an identity that is removed cannot come back by its session', async (t) => {
  for (const tickets of [true, false]) {
    const { server, port } = await startEchoServer(t, { sessions: { tickets } });
    const { session } = await dial(t, port);
    server.identities.delete(client1.identity);
    server.on('connection', () => t.fail('no connection'));
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    // With an id the server's Finished is out before the client's, and a goodbye follows it.
    const ended = dial(t, port, { session }).then(closed, () => true);
    const [error] = await reported;
    t.is(error.code, 'ERR_UNKNOWN_PSK_IDENTITY');
    await ended;
  }
});

async function refused(
  t: ExecutionContext,
  port: number,
  session: Buffer | undefined,
  options: Partial<ConnectOptions>,
) {
  const socket = await dialCertified(t, port, { ...options, session });
  t.false(socket.resumed, JSON.stringify(Object.keys(options)));
  return socket;
}

test('a session is not offered under another name, other trust or another identity', async (t) => {
  const { port } = await startCertifiedServer(t);
  const { session } = await dialCertified(t, port);
  t.true((await dialCertified(t, port, { session })).resumed);
  const [root, strange, client] = [await pki.root(), await pki.strangeRoot(), await pki.client()];
  await refused(t, port, session, { servername: 'localhost' });
  await refused(t, port, session, { checkName: false });
  await refused(t, port, session, { ca: [root.pem, strange.pem] });
  await refused(t, port, session, { crl: [(await pki.crl()).pem] });
  await refused(t, port, session, identityOf(client));
});

test('what was let through unverified is verified when it is asked for', async (t) => {
  const { port } = await startCertifiedServer(t, identityOf(await pki.strangeServer()));
  const { session, authorized } = await dialCertified(t, port, { rejectUnauthorized: false });
  t.false(authorized);
  await t.throwsAsync(dialCertified(t, port, { session }), { code: 'ERR_CERTIFICATE_VERIFY' });
  const again = await dialCertified(t, port, { session, rejectUnauthorized: false });
  t.like(again, { resumed: true, authorized: false, authorizationError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
});

test('the copy of the session is wiped, what was given is not', async (t) => {
  const { port } = await startEchoServer(t);
  const { session } = await dial(t, port);
  const before = Buffer.from(session as Buffer);
  const socket = await connect({ host: '127.0.0.1', port, psk: client1, session });
  t.teardown(() => socket.close());
  t.true(socket.resumed);
  t.deepEqual(session, before);
});
