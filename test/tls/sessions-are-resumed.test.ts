import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type tls from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import type { TlsError, TlsServerOptions, TlsSocket } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { mbedtls, mbedtlsCommands } from '../helpers/foreign/mbedtls.js';
import { testWith } from '../helpers/foreign/tools.js';
import { pki } from '../helpers/pki.js';
import { ccm8 } from '../helpers/suites.js';
import { within } from '../helpers/within.js';
import {
  closed,
  dialNode,
  dialTls,
  echoed,
  nextConnection,
  only,
  startNodeServer,
  startTlsEchoServer,
  startTlsServer,
  type Version,
  versions,
} from './ends.js';

type Dial = (session?: Uint8Array) => Promise<TlsSocket>;

/** One connection, closed in order, and its session. */
async function firstSession(t: ExecutionContext, dial: Dial): Promise<Buffer> {
  const client = await dial();
  t.false(client.resumed);
  const session = once(client, 'session') as Promise<[Buffer]>;
  t.is(await echoed(client, 'first'), 'first');
  const [bytes] = await within(10_000, "'session'", session);
  t.deepEqual(client.session, bytes);
  await client.close();
  return bytes;
}

async function resumes(t: ExecutionContext, dial: Dial, session: Uint8Array): Promise<boolean> {
  const client = await dial(session);
  t.is(await echoed(client, 'again'), 'again');
  await client.close();
  return client.resumed;
}

const memories: { what: string; sessions: TlsServerOptions['sessions'] }[] = [
  { what: 'by id', sessions: { tickets: false } },
  { what: 'by ticket', sessions: { cacheSize: 0 } },
  { what: 'by id from a store', sessions: { tickets: false, store: new Map() } },
  { what: 'by id from a store that takes its time', sessions: { tickets: false, store: slowStore() } },
];

for (const version of versions) {
  for (const { what, sessions } of memories) {
    test(`${version}: ${what}, certificates`, async (t) => {
      const { server, port } = await startTlsEchoServer(t, { sessions });
      const dial: Dial = async (session) => dialTls(t, port, { ...only(version), session });
      const session = await firstSession(t, dial);
      const accepted = nextConnection(server);
      t.true(await resumes(t, dial, session));
      t.true((await accepted).resumed);
      t.is(server.counters().sessionsResumed, 1);
    });

    test(`${version}: ${what}, pre-shared key`, async (t) => {
      const { server, port } = await startTlsEchoServer(t, { psk: { [client1.identity]: client1.key }, sessions });
      const dial: Dial = async (session) => dialTls(t, port, { ...only(version), psk: client1, session });
      const session = await firstSession(t, dial);
      const accepted = nextConnection(server);
      t.true(await resumes(t, dial, session));
      t.is((await accepted).pskIdentity, client1.identity);
    });
  }

  test(`${version}: a client's certificate is known again`, async (t) => {
    const { server, port } = await startTlsEchoServer(t, { requestCert: true, ca: (await pki.root()).pem });
    const { chainPem: cert, keyPem: key } = await pki.client();
    const dial: Dial = async (session) => dialTls(t, port, { ...only(version), cert, key, session });
    const session = await firstSession(t, dial);
    const accepted = nextConnection(server);
    t.true(await resumes(t, dial, session));
    const socket = await accepted;
    t.true(socket.resumed);
    t.true(socket.authorized);
    t.is(socket.peerCertificate?.subject, 'CN=client');
  });

  test(`${version}: a server without sessions makes full handshakes`, async (t) => {
    const { port } = await startTlsEchoServer(t, { ...only(version), sessions: false });
    const client = await dialTls(t, port);
    t.is(await echoed(client, 'ping'), 'ping');
    t.is(client.session, undefined);
  });

  test(`${version}: servers with the same ticket keys resume each other's sessions, others do not`, async (t) => {
    const ticketKeys = randomBytes(80);
    const sessions = { cacheSize: 0, ticketKeys };
    const servers = [
      await startTlsEchoServer(t, { sessions }),
      await startTlsEchoServer(t, { sessions }),
      await startTlsEchoServer(t, { sessions: { cacheSize: 0 } }),
    ];
    const dialTo =
      (index: number): Dial =>
      async (session) =>
        dialTls(t, servers[index]!.port, { ...only(version), session });
    const session = await firstSession(t, dialTo(0));
    t.true(await resumes(t, dialTo(1), session));
    t.false(await resumes(t, dialTo(2), session));
    servers[2]!.server.setTicketKeys([randomBytes(80), ticketKeys]);
    t.true(await resumes(t, dialTo(2), session));
  });

  test(`${version}: garbage costs a full handshake, nothing else`, async (t) => {
    const { port } = await startTlsEchoServer(t);
    const dial: Dial = async (session) => dialTls(t, port, { ...only(version), session });
    const session = await firstSession(t, dial);
    for (const offered of [new Uint8Array(1_024), Buffer.alloc(300, 0xff), session.subarray(0, 100)]) {
      t.false(await resumes(t, dial, offered));
    }
    t.true(await resumes(t, dial, session));
  });

  test(`${version}: our client at Node's server`, async (t) => {
    const { port } = await startNodeServer(t, only(version));
    const dial: Dial = async (session) => dialTls(t, port, { session });
    t.true(await resumes(t, dial, await firstSession(t, dial)));
  });

  test(`${version}: Node's client at our server`, async (t) => {
    const { port } = await startTlsEchoServer(t);
    const session = await nodeSession(t, port, version);
    const client = await dialNode(t, port, { ...only(version), session });
    t.true(client.isSessionReused());
    t.is(await echoed(client, 'again'), 'again');
  });
}

test('a session of another version is not offered', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const session = await firstSession(t, async () => dialTls(t, port, only('TLSv1.2')));
  t.false(await resumes(t, async (offered) => dialTls(t, port, { ...only('TLSv1.3'), session: offered }), session));
});

test('a session whose cipher suite is not on offer any more is not offered', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const [first, second] = ['TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'];
  const dial =
    (suite: string): Dial =>
    async (session) =>
      dialTls(t, port, { ...only('TLSv1.2'), cipherSuites: [suite], session });
  t.false(await resumes(t, dial(second!), await firstSession(t, dial(first!))));
});

test('a store that fails costs a full handshake, and is told', async (t) => {
  const store = new Map<string, Uint8Array>();
  store.get = () => {
    throw new Error('no connection to the store');
  };
  const { server, port } = await startTlsEchoServer(t, { sessions: { tickets: false, store } });
  const dial: Dial = async (session) => dialTls(t, port, { ...only('TLSv1.2'), session });
  const session = await firstSession(t, dial);
  const told = once(server, 'sessionStoreError') as Promise<[TlsError]>;
  t.false(await resumes(t, dial, session));
  const [error] = await told;
  t.is(error.code, 'ERR_SESSION_STORE');
  t.regex(error.message, /no connection to the store/);
});

testWith(mbedtls.tool, 'a session whose connection ended with a fatal alert leaves the store', async (t) => {
  const kept = new Map<string, Uint8Array>();
  let forget!: (id: string) => void;
  const forgotten = new Promise<string>((resolve) => {
    forget = resolve;
  });
  const store = {
    get: (id: string) => kept.get(id),
    set: (id: string, session: Uint8Array) => kept.set(id, session),
    delete: forget,
  };
  const { server, port } = await startTlsServer(t, {
    psk: { client1: client1.key },
    sessions: { tickets: false, store },
  });
  const connected = nextConnection(server);
  const client = mbedtls.startClient(t, port, { suite: ccm8, transport: 'stream', tickets: false });
  const socket = await connected;
  socket.on('error', () => {}).resume();
  client.writeLine(mbedtlsCommands.alert(2, 40));
  t.deepEqual([await within(10_000, 'the deletion', forgotten)], [...kept.keys()]);
});

test('a client may go while its session is looked up', async (t) => {
  let found!: (session: undefined) => void;
  let wanted!: () => void;
  const asked = new Promise<void>((resolve) => {
    wanted = resolve;
  });
  const store = {
    get: () => {
      wanted();
      return new Promise<undefined>((resolve) => {
        found = resolve;
      });
    },
    set: () => {},
    delete: () => {},
  };
  const { server, port } = await startTlsEchoServer(t, { sessions: { tickets: false, store } });
  const session = await firstSession(t, async () => dialTls(t, port, only('TLSv1.2')));
  const abort = new AbortController();
  const attempt = dialTls(t, port, { ...only('TLSv1.2'), session, signal: abort.signal });
  await within(10_000, 'the lookup', asked);
  abort.abort();
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
  const failed = once(server, 'clientError');
  found(undefined);
  await within(10_000, "'clientError'", failed);
});

test('a session is given to the first listener, though it came with the handshake', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const client = await dialTls(t, port, only('TLSv1.2'));
  await new Promise((resolve) => setImmediate(resolve));
  const [session] = (await within(10_000, "'session'", once(client, 'session'))) as [Buffer];
  t.deepEqual(session, client.session);
});

test('session: false keeps none', async (t) => {
  const { port } = await startTlsEchoServer(t);
  const client = await dialTls(t, port, { ...only('TLSv1.2'), session: false });
  t.is(await echoed(client, 'ping'), 'ping');
  t.is(client.session, undefined);
});

function slowStore() {
  const kept = new Map<string, Uint8Array>();
  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 50, value));
  return {
    get: async (id: string) => later(kept.get(id)),
    set: async (id: string, session: Uint8Array) => later(kept.set(id, session)),
    delete: async (id: string) => later(kept.delete(id)),
  };
}

async function nodeSession(t: ExecutionContext, port: number, version: Version): Promise<Buffer> {
  const client: tls.TLSSocket = await dialNode(t, port, only(version));
  const ticket = once(client, 'session') as Promise<[Buffer]>;
  t.is(await echoed(client, 'first'), 'first');
  const session = client.getSession();
  client.end();
  await closed(client);
  return version === 'TLSv1.2' && session !== undefined ? session : (await ticket)[0];
}
