import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { DtlsServerOptions, SessionOptions } from 'lwm2m-tls';
import { identityOf, startCertifiedServer } from '../helpers/certified.js';
import { startModule } from '../helpers/child-process.js';
import { type ComeBack, comeBack, fetchSession } from '../helpers/foreign/come-back.js';
import { mbedtls } from '../helpers/foreign/mbedtls.js';
import { opensslPeer3, opensslPeer111 } from '../helpers/foreign/openssl.js';
import type { ForeignPeer, PeerClientOptions } from '../helpers/foreign/peer.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki, temporaryFolder } from '../helpers/pki.js';
import { recordLayer } from '../helpers/record-layer.js';
import { ecdsaCcm8 } from '../helpers/suites.js';
import { watch } from '../helpers/watch.js';

const suite = ecdsaCcm8;

/** Less than a ticket with the client's certificate in it. */
const smallMtu = 484;

async function ourOptions(sessions: SessionOptions): Promise<Partial<DtlsServerOptions>> {
  return { ca: (await pki.root()).pem, requestCert: true, sessions, handshakeTimeouts: { min: 5_000, max: 5_000 } };
}

async function start(t: ExecutionContext, sessions: SessionOptions = {}) {
  return startCertifiedServer(t, await ourOptions(sessions));
}

/** With a certificate. */
async function theirOptions(more: Partial<PeerClientOptions> = {}): Promise<PeerClientOptions> {
  return { suite, trust: [await pki.root()], certificate: await pki.client(), ...more };
}

/** Both sides say the same, the client is known, and it works. */
async function isBack(t: ExecutionContext, { connection, client, resumed }: ComeBack, expected: boolean) {
  const { socket, inbox } = connection;
  t.is(resumed, expected);
  t.like(socket, { resumed: expected, authorized: true });
  t.is(socket.peerCertificate?.subject, (await pki.client()).x509.subject);
  client.writeLine('from the client');
  t.is(await inbox.next(), 'from the client\n');
  await client.waitFor(/from the client/);
}

const key = (): Buffer => randomBytes(80);

for (const peer of foreignPeers) {
  for (const way of ['tickets', 'ids'] as const) {
    const tickets = way === 'tickets';

    testWith(peer.tool, `${peer.name} by ${way}, at the same server`, async (t) => {
      const server = await start(t, { tickets });
      await isBack(t, await comeBack(t, peer, await theirOptions(), server), true);
      t.is(server.server.counters().flightsRetransmitted, 0);
    });

    testWith(peer.tool, `${peer.name} by ${way}, at a server that has never seen it: a full handshake`, async (t) => {
      const [one, other] = [await start(t, { tickets }), await start(t, { tickets })];
      await isBack(t, await comeBack(t, peer, await theirOptions(), one, other), false);
    });
  }

  testWith(peer.tool, `${peer.name} by id, as it asks for no ticket`, async (t) => {
    const server = await start(t);
    await isBack(t, await comeBack(t, peer, await theirOptions({ tickets: false }), server), true);
    t.is(server.server.counters().flightsRetransmitted, 0);
  });

  testWith(peer.tool, `${peer.name} by ticket, at a second server with the same keys`, async (t) => {
    const ticketKeys = key();
    const [one, other] = [await start(t, { ticketKeys }), await start(t, { ticketKeys })];
    await isBack(t, await comeBack(t, peer, await theirOptions(), one, other), true);
  });

  testWith(peer.tool, `${peer.name} by id, at a second server with the same store`, async (t) => {
    const sessions = { tickets: false, store: new Map<string, Uint8Array>() };
    const [one, other] = [await start(t, sessions), await start(t, sessions)];
    await isBack(t, await comeBack(t, peer, await theirOptions(), one, other), true);
    t.is(sessions.store.size, 1);
  });

  testWith(peer.tool, `${peer.name}: a server that lost its keys makes a full handshake`, async (t) => {
    const server = await start(t);
    const loseKeys = () => server.server.setTicketKeys(key());
    await isBack(t, await comeBack(t, peer, await theirOptions(), server, server, loseKeys), false);
  });

  testWith(peer.tool, `${peer.name}: a server that has a new key and the old one`, async (t) => {
    const old = key();
    const server = await start(t, { ticketKeys: old });
    const rotate = () => server.server.setTicketKeys([key(), old]);
    await isBack(t, await comeBack(t, peer, await theirOptions(), server, server, rotate), true);
  });
}

// Mbed TLS sends a ClientHello whole, whatever its size.
for (const peer of foreignPeers.filter((peer) => peer !== mbedtls)) {
  testWith(peer.tool, `${peer.name} by a ticket that needs more than one datagram`, async (t) => {
    const server = await start(t);
    await isBack(t, await comeBack(t, peer, await theirOptions({ mtu: smallMtu }), server), true);
    t.is(server.server.counters().flightsRetransmitted, 0);
    t.is(server.server.counters().datagramsMalformed, 0);
    t.true(server.server.counters().datagramsUnroutable > 0, 'later fragments of a hello without cookie');
  });
}

async function resumes(t: ExecutionContext, peer: ForeignPeer, port: number, sessionIn: string): Promise<boolean> {
  const client = peer.startClient(t, port, await theirOptions({ sessionIn }));
  await client.waitFor(peer.prints.connected(suite));
  peer.leave(client);
  await client.exited;
  return peer.prints.resumed.test(client.output);
}

for (const peer of foreignPeers.filter(({ sessionFiles }) => sessionFiles)) {
  testWith(peer.tool, `${peer.name} by ticket, at a server in another process with the same keys`, async (t) => {
    const ticketKeys = key();
    const { port } = await start(t, { ticketKeys });
    const session = path.join(temporaryFolder(t), 'session');
    await fetchSession(t, peer, await theirOptions(), port, session);
    const options = { ...identityOf(await pki.server()), ...(await ourOptions({})), recordLayer };
    const process = watch(
      t,
      startModule(`
        import { DtlsServer } from 'lwm2m-tls';
        const ticketKeys = Buffer.from('${ticketKeys.toString('hex')}', 'hex');
        const server = new DtlsServer({ ...${JSON.stringify(options)}, sessions: { ticketKeys } });
        server.on('connection', ({ resumed, authorized }) => console.log('connection', { resumed, authorized }));
        const { port } = await server.listen({ host: '127.0.0.1' });
        console.log('port', port);
      `),
    );
    const [, otherPort] = await process.waitFor(/port (\d+)/);
    t.true(await resumes(t, peer, Number(otherPort), session));
    await process.waitFor(/connection { resumed: true, authorized: true }/);
  });
}

for (const peer of [opensslPeer111, opensslPeer3]) {
  testWith(peer.tool, `${peer.name} shows that a ticket of an old key is renewed`, async (t) => {
    const [old, next] = [key(), key()];
    const server = await start(t, { ticketKeys: old });
    const rotate = () => server.server.setTicketKeys([next, old]);
    const { client, resumed } = await comeBack(t, peer, await theirOptions(), server, server, rotate);
    t.true(resumed);
    await client.waitFor(new RegExp(`TLS session ticket:\\s+0000 - ${hexDump(next.subarray(0, 16))}`));
  });
}

testWith(mbedtls.tool, 'Mbed TLS resumes with a renewed ticket when the old key is gone', async (t) => {
  const [old, next] = [key(), key()];
  const { server, port } = await start(t, { ticketKeys: old });
  const folder = temporaryFolder(t);
  const [first, renewed] = [path.join(folder, 'first'), path.join(folder, 'renewed')];
  await fetchSession(t, mbedtls, await theirOptions(), port, first);
  server.setTicketKeys([next, old]);
  const client = await fetchSession(t, mbedtls, await theirOptions({ sessionIn: first }), port, renewed);
  t.regex(client.output, mbedtls.prints.resumed);
  server.setTicketKeys(next);
  t.false(await resumes(t, mbedtls, port, first));
  t.true(await resumes(t, mbedtls, port, renewed));
});

/** As OpenSSL prints sixteen bytes. */
function hexDump(bytes: Buffer): string {
  const words = bytes.toString('hex').match(/../g) as string[];
  return `${words.slice(0, 8).join(' ')}-${words.slice(8).join(' ')}`;
}
