import type { ExecutionContext } from 'ava';
import {
  createDtlsSocket,
  createSslSocket,
  credentials,
  type NetSocket,
  type SecurityInfo,
  SocketOption,
  type SslConfiguration,
  SslVersion,
} from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import type { ForeignPeer, PeerServerOptions, Transport, Version } from '../helpers/foreign/peer.js';
import { peersOf } from '../helpers/foreign/peers.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki } from '../helpers/pki.js';
import { cbc, ccm8, ecdsaCbc, ecdsaCcm8, type Suite, tls13Gcm } from '../helpers/suites.js';

interface Protocol {
  name: string;
  transport: Transport;
  version: Version;
  pskSuites: readonly Suite[];
  certificateSuites: readonly Suite[];
}

const lwm2m = { pskSuites: [ccm8, cbc], certificateSuites: [ecdsaCcm8, ecdsaCbc] };
const protocols: readonly Protocol[] = [
  { name: 'DTLS 1.2', transport: 'datagram', version: '1.2', ...lwm2m },
  { name: 'TLS 1.2', transport: 'stream', version: '1.2', ...lwm2m },
  { name: 'TLS 1.3', transport: 'stream', version: '1.3', pskSuites: [tls13Gcm], certificateSuites: [tls13Gcm] },
];

for (const protocol of protocols) {
  for (const peer of peersOf(protocol.version)) {
    const name = `${protocol.name}, ${peer.name}`;
    for (const suite of protocol.pskSuites) {
      testWith(peer.tool, `${name}: a PSK with ${suite.name}, and again with its session`, async (t) => {
        await converseTwice(t, peer, protocol, suite, { psk: client1 }, { mode: 'psk', ...client1 });
      });
    }
    for (const suite of protocol.certificateSuites) {
      testWith(peer.tool, `${name}: certificates of both with ${suite.name}, and again with its session`, async (t) => {
        const [server, client, root] = await Promise.all([pki.server(), pki.client(), pki.root()]);
        const options = { certificate: server, trust: [root], clientCertificate: 'require' } as const;
        const security: SecurityInfo = {
          serverCertValidation: true,
          ignoreSystemTrustStore: true,
          trustedCerts: credentials.buffer(root.der),
          clientCert: credentials.array(client.chain.map(({ der }) => credentials.buffer(der))),
          clientKey: credentials.buffer(client.keyDer),
        };
        await converseTwice(t, peer, protocol, suite, options, security);
      });
    }
  }
}

/** A second connection shows that the first has said goodbye, too: the programs serve one client at a time. */
async function converseTwice(
  t: ExecutionContext,
  peer: ForeignPeer,
  { transport, version }: Protocol,
  suite: Suite,
  options: Pick<PeerServerOptions, 'psk' | 'certificate' | 'trust' | 'clientCertificate'>,
  security: SecurityInfo,
): Promise<void> {
  const server = await peer.startServer(t, { transport, version, suite, ...options });
  const configuration: SslConfiguration = {
    security,
    version: version === '1.3' ? SslVersion.tlsv1_3 : SslVersion.tlsv1_2,
    ciphersuites: [suite.id],
    serverNameIndication: 'localhost',
    sessionResumptionBuffer: new Uint8Array(8_192),
  };
  const socket = transport === 'datagram' ? createDtlsSocket(configuration) : createSslSocket(configuration);
  t.teardown(() => socket.cleanup());
  for (const [round, resumed] of [false, true].entries()) {
    await socket.connect('127.0.0.1', server.port);
    t.is(socket.getOpt(SocketOption.sessionResumed), resumed);
    const question = `from our client ${round}\n`;
    await socket.send(question);
    await server.process.waitFor(new RegExp(question.trim()));
    const answer = peer.echoes ? question : `to our client ${round}\n`;
    if (!peer.echoes) server.process.writeLine(answer.trim());
    t.is(await receiveLine(socket), answer);
    await socket.close();
  }
}

/** A stream may cut it. */
async function receiveLine(socket: NetSocket): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) {
    const message = await socket.receiveMessage();
    if (message.length === 0) throw new Error(`the end came after '${line}'`);
    line += message;
  }
  return line;
}
