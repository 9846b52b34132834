import test, { type ExecutionContext } from 'ava';
import { type CertificateSecurity, ContractError, DtlsServer, type SecurityInfo, TlsServer } from 'lwm2m-tls';
import {
  identified,
  type Protocol,
  protocols,
  type ServerOptions,
  serverIdentity,
  socketFor,
  startServer,
  verifying,
  versionOf,
} from '../helpers/contract-servers.js';
import { client1 } from '../helpers/credentials.js';
import { pki } from '../helpers/pki.js';

/** How it ends: an alert of the peer, a reason of the library, or the transport's own. `receive`: connect succeeds. */
type Outcome = { alert: number; from?: 'receive' } | { library: number; verifyError?: string } | { errno: 'ETIMEDOUT' };

interface Scenario {
  what: string;
  server: (protocol: Protocol) => Promise<ServerOptions>;
  security: () => Promise<SecurityInfo>;
  suites?: Readonly<Record<Protocol, number>>;
  outcomes: readonly [dtls12: Outcome, tls12: Outcome, tls13: Outcome];
}

const psk = (identity: string, key: Buffer): SecurityInfo => ({ mode: 'psk', identity, key });
const pskServer = async (): Promise<ServerOptions> => ({ psk: { [client1.identity]: client1.key } });
const unverified = async (): Promise<CertificateSecurity> => ({});
const requesting = async (): Promise<ServerOptions> => {
  return { ...(await serverIdentity()), ca: (await pki.root()).pem, requestCert: true };
};

const scenarios: readonly Scenario[] = [
  {
    what: 'a wrong PSK key',
    server: pskServer,
    security: async () => psk(client1.identity, Buffer.alloc(16, 1)),
    outcomes: [{ errno: 'ETIMEDOUT' }, { alert: 20 }, { alert: 47 }],
  },
  {
    what: 'an unknown PSK identity',
    server: pskServer,
    security: async () => psk('a stranger', client1.key),
    outcomes: [{ alert: 115 }, { alert: 115 }, { alert: 40 }],
  },
  {
    what: 'a PSK where the server has a certificate',
    server: () => serverIdentity(),
    security: async () => psk(client1.identity, client1.key),
    outcomes: [{ alert: 40 }, { alert: 40 }, { library: 134 }],
  },
  {
    what: 'a server certificate that is not trusted',
    server: async () => serverIdentity(await pki.strangeServer()),
    security: () => verifying(),
    outcomes: threeTimes({ library: 134, verifyError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }),
  },
  {
    what: 'a server certificate that has expired',
    server: async () => serverIdentity(await pki.expiredServer()),
    security: () => verifying(),
    outcomes: threeTimes({ library: 134, verifyError: 'CERT_HAS_EXPIRED' }),
  },
  {
    what: 'no certificate where the server wants one',
    server: requesting,
    security: unverified,
    outcomes: [{ alert: 40 }, { alert: 40 }, { alert: 116, from: 'receive' }],
  },
  {
    what: 'a client certificate that the server does not trust',
    server: requesting,
    security: async () => identified(await pki.strangeClient()),
    outcomes: [{ alert: 48 }, { alert: 48 }, { alert: 48, from: 'receive' }],
  },
  {
    what: 'no common cipher suite',
    server: async (protocol) => ({
      ...(await serverIdentity()),
      cipherSuites: [protocol === 'TLS 1.3' ? 0x1302 : 0xc02c],
    }),
    security: unverified,
    suites: { 'DTLS 1.2': 0xc02b, 'TLS 1.2': 0xc02b, 'TLS 1.3': 0x1301 },
    outcomes: [{ alert: 40 }, { alert: 40 }, { alert: 40 }],
  },
];

for (const { what, server, security, suites, outcomes } of scenarios) {
  for (const [index, protocol] of protocols.entries()) {
    const outcome = outcomes[index]!;
    test(`${protocol}: ${what}: ${JSON.stringify(outcome)}`, async (t) => {
      const { port } = await startServer(t, protocol, await server(protocol));
      const ciphersuites = suites === undefined ? undefined : [suites[protocol]];
      const configuration = { security: await security(), version: versionOf(protocol), ciphersuites };
      const socket = socketFor(t, protocol, { ...configuration, serverNameIndication: 'localhost' });
      const connecting = socket.connect('127.0.0.1', port);
      const late = 'from' in outcome && outcome.from === 'receive';
      if (late) await connecting;
      assertOutcome(t, await failureOf(t, late ? socket.receiveMessage() : connecting), outcome);
    });
  }
}

test('DTLS 1.2: no common version: the library says so', async (t) => {
  const server = new DtlsServer({ ...(await serverIdentity()), ...oldest, minVersion: 'DTLSv1', maxVersion: 'DTLSv1' });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = socketFor(t, 'DTLS 1.2', { version: versionOf('DTLS 1.2') });
  assertOutcome(t, await failureOf(t, socket.connect('127.0.0.1', port)), { library: 258 });
});

test('TLS 1.2: no common version: the library says so', async (t) => {
  const server = new TlsServer({ ...(await serverIdentity()), ...oldest, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  // Without suites of TLS 1.3 nothing tells the server that its version is too low.
  const socket = socketFor(t, 'TLS 1.2', { version: versionOf('TLS 1.2'), ciphersuites: oldest.cipherSuites });
  assertOutcome(t, await failureOf(t, socket.connect('127.0.0.1', port)), { library: 258 });
});

test('TLS 1.3: no common version: the server says so', async (t) => {
  const { port } = await startServer(t, 'TLS 1.2', await serverIdentity());
  const socket = socketFor(t, 'TLS 1.3', { version: versionOf('TLS 1.3') });
  assertOutcome(t, await failureOf(t, socket.connect('127.0.0.1', port)), { alert: 70 });
});

/** ECDHE-ECDSA-AES128-SHA: versions before 1.2 have nothing better. */
const oldest = { cipherSuites: [0xc009], securityLevel: 0 };

function threeTimes(outcome: Outcome): [Outcome, Outcome, Outcome] {
  return [outcome, outcome, outcome];
}

async function failureOf(t: ExecutionContext, promise: Promise<unknown>): Promise<ContractError> {
  return (await t.throwsAsync(promise, { instanceOf: ContractError }))!;
}

function assertOutcome(t: ExecutionContext, error: ContractError, outcome: Outcome): void {
  const { code, category, avsCategory, avsCode, verifyError } = error;
  if ('errno' in outcome) {
    t.deepEqual([code, category, avsCategory, avsCode], [outcome.errno, 'AVS_ERRNO_CATEGORY', 37_766, 65]);
  } else if ('alert' in outcome) {
    const expected = ['ERR_ALERT_RECEIVED', 'AVS_NET_SSL_ALERT_CATEGORY', 8_572, 512 + outcome.alert];
    t.deepEqual([code, category, avsCategory, avsCode], expected, error.message);
    t.deepEqual([error.alert, error.alertLevel], [outcome.alert, 2]);
  } else {
    const verification = outcome.library === 134;
    const expectedCode = verification ? 'ERR_CERTIFICATE_VERIFY' : 'ERR_TLS_LIBRARY';
    const expected = [expectedCode, 'AVS_NET_SSL_LIB_ERROR_CATEGORY', 8_573, outcome.library];
    t.deepEqual([code, category, avsCategory, avsCode], expected, error.message);
    t.is(verifyError, outcome.verifyError ?? verifyError);
    if (verification) t.truthy(verifyError);
  }
}
