import type { ExecutionContext } from 'ava';
import type { ConnectOptions, DtlsSocket } from 'lwm2m-tls';
import { dialCertified, identityOf } from '../helpers/certified.js';
import type { ForeignServer } from '../helpers/foreign/foreign-server.js';
import type { ForeignPeer, PeerServerOptions } from '../helpers/foreign/peer.js';
import { foreignPeers } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { Inbox } from '../helpers/ours.js';
import { pki } from '../helpers/pki.js';
import { ecdsaCcm8 } from '../helpers/suites.js';

const suite = ecdsaCcm8;

async function start(t: ExecutionContext, peer: ForeignPeer, sessions: PeerServerOptions['sessions']) {
  const [certificate, trust] = [await pki.server(), [await pki.root()]];
  return peer.startServer(t, { suite, certificate, trust, clientCertificate: 'require', sessions });
}

/** Connects, checks who is there and that it works, says goodbye. */
async function visit(
  t: ExecutionContext,
  peer: ForeignPeer,
  { process, port }: ForeignServer,
  turn: string,
  options: Partial<ConnectOptions> = {},
): Promise<DtlsSocket> {
  const socket = await dialCertified(t, port, {
    ...identityOf(await pki.client()),
    cipherSuites: [suite.id],
    ...options,
  });
  const inbox = new Inbox(socket);
  t.true(socket.authorized);
  t.is(socket.peerCertificate?.subject, (await pki.server()).x509.subject);
  socket.send(`from our ${turn} client\n`);
  await process.waitFor(new RegExp(`from our ${turn} client`));
  if (!peer.echoes) process.writeLine(`from our ${turn} client`);
  t.is(await inbox.next(), `from our ${turn} client\n`);
  await socket.close();
  return socket;
}

for (const peer of foreignPeers) {
  for (const sessions of ['tickets', 'ids'] as const) {
    testWith(peer.tool, `${peer.name} by ${sessions}, again and again`, async (t) => {
      const server = await start(t, peer, sessions);
      let session: Buffer | undefined;
      for (const turn of ['first', 'second', 'third', 'fourth']) {
        const socket = await visit(t, peer, server, turn, { session });
        t.is(socket.resumed, turn !== 'first');
        session = socket.session ?? session;
      }
    });

    testWith(peer.tool, `${peer.name} by ${sessions}: a server that does not know the session`, async (t) => {
      const { session } = await visit(t, peer, await start(t, peer, sessions), 'first');
      t.truthy(session);
      const stranger = await start(t, peer, sessions);
      const second = await visit(t, peer, stranger, 'second', { session });
      t.false(second.resumed);
      t.true((await visit(t, peer, stranger, 'third', { session: second.session })).resumed);
    });
  }

  testWith(peer.tool, `${peer.name} by id, as our client asks for no ticket`, async (t) => {
    const server = await start(t, peer, 'both');
    const { session } = await visit(t, peer, server, 'first', { tickets: false });
    t.true((await visit(t, peer, server, 'second', { tickets: false, session })).resumed);
  });

  testWith(peer.tool, `${peer.name}: a server without sessions`, async (t) => {
    const server = await start(t, peer, 'none');
    const { session } = await visit(t, peer, server, 'first');
    t.false((await visit(t, peer, server, 'second', { session })).resumed);
  });
}
