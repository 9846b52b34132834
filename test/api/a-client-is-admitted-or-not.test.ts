import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import type { ClientAdmission, ClientError, DtlsServer, DtlsServerOptions } from 'lwm2m-tls';
import { dialCertified, startCertifiedServer } from '../helpers/certified.js';
import { client1 } from '../helpers/credentials.js';
import { clientErrors, dial, echo, quickTimeouts, startEchoServer } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

async function start(t: ExecutionContext, admit: ClientAdmission, more: Partial<DtlsServerOptions> = {}) {
  return startEchoServer(t, { admit, handshakeTimeouts: quickTimeouts, ...more });
}

async function nextClientError(server: DtlsServer): Promise<ClientError> {
  const [error] = await within(10_000, 'clientError', once(server, 'clientError') as Promise<[ClientError]>);
  return error;
}

for (const [how, admit] of [
  ['at once', () => true],
  ['later', async () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 20))],
] as const) {
  test(`one that is admitted ${how} connects`, async (t) => {
    const { server, port } = await start(t, admit);
    t.is(await echo(await dial(t, port), 'hello'), 'hello');
    t.is(server.counters().questionsAsked, 1);
  });
}

for (const [how, admit] of [
  ['at once', () => false],
  ['later', async () => false],
] as const) {
  test(`one that is denied ${how} gets access_denied`, async (t) => {
    const { server, port } = await start(t, admit);
    const error = nextClientError(server);
    await t.throwsAsync(dial(t, port), { code: 'ERR_ALERT_RECEIVED', message: /alert 49 \(access_denied\)/ });
    t.like(await error, { code: 'ERR_CLIENT_DENIED', remoteAddress: '127.0.0.1' });
    t.is(server.counters().handshakesRejected, 1);
    t.is(server.counters().peers, 0);
  });
}

for (const [what, admit, cause] of [
  ['throws', () => JSON.parse('{') as boolean, { name: 'SyntaxError' }],
  ['forgets to answer', () => undefined as never, { message: /true or false, not undefined/ }],
] as const) {
  test(`a function that ${what} lets nobody in, and is reported`, async (t) => {
    const { server, port } = await start(t, admit);
    const reported = nextClientError(server);
    await t.throwsAsync(dial(t, port), { code: 'ERR_ALERT_RECEIVED', message: /internal_error/ });
    const error = await reported;
    t.is(error.code, 'ERR_QUESTION_FAILED');
    t.true(error.cause instanceof Error);
    if ('name' in cause) t.is((error.cause as Error).name, cause.name);
    else t.regex((error.cause as Error).message, cause.message);
  });
}

test('a function that never answers holds up its own client only', async (t) => {
  let clients = 0;
  const admit: ClientAdmission = () => {
    clients += 1;
    return clients === 1 ? new Promise<never>(() => {}) : true;
  };
  const { server, port } = await start(t, admit, { questionTimeout: 3_000 });
  const errors = clientErrors(server);
  const silent = t.throwsAsync(dial(t, port), { code: 'ERR_ALERT_RECEIVED', message: /internal_error/ });
  while (clients === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  t.is(await echo(await dial(t, port), 'hello'), 'hello');
  t.deepEqual(errors, []);
  await silent;
  t.deepEqual(
    errors.map(({ code }) => code),
    ['ERR_NO_ANSWER'],
  );
});

test('it hears the address and the server name', async (t) => {
  const asked: unknown[] = [];
  const admit: ClientAdmission = ({ address, port, serverName, signal }) => {
    asked.push([address, typeof port, serverName, signal.aborted]);
    return true;
  };
  const { port } = await startCertifiedServer(t, { admit });
  await dialCertified(t, port, { servername: 'localhost' });
  await dialCertified(t, port, { servername: '', checkName: '127.0.0.1' });
  t.deepEqual(asked, [
    ['127.0.0.1', 'number', 'localhost', false],
    ['127.0.0.1', 'number', undefined, false],
  ]);
});

test('a client with a session is asked about too', async (t) => {
  let admitted = true;
  const { port } = await start(t, () => admitted);
  const { session } = await dial(t, port);
  t.true((await dial(t, port, { session })).resumed);
  admitted = false;
  await t.throwsAsync(dial(t, port, { session }), { code: 'ERR_ALERT_RECEIVED' });
});

test('admission comes first, then the session, then the key', async (t) => {
  const asked: string[] = [];
  const store = new Map<string, Uint8Array>();
  const get = (id: string) => {
    asked.push('session');
    return store.get(id);
  };
  const { port } = await start(
    t,
    async () => {
      asked.push('admit');
      return true;
    },
    {
      psk: async () => {
        asked.push('psk');
        return client1.key;
      },
      sessions: {
        tickets: false,
        store: { get, set: (id, bytes) => store.set(id, bytes), delete: (id) => store.delete(id) },
      },
    },
  );
  const { session } = await dial(t, port);
  t.true((await dial(t, port, { session })).resumed);
  store.clear();
  t.false((await dial(t, port, { session })).resumed);
  t.deepEqual(asked, ['admit', 'psk', 'admit', 'session', 'admit', 'session', 'psk']);
});

test('what is no function is refused', async (t) => {
  await t.throwsAsync(start(t, true as never), { code: 'ERR_INVALID_OPTION', message: /admit.*a function/ });
});
