import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import {
  type ClientError,
  type DtlsServer,
  type DtlsServerOptions,
  type PskLookup,
  type TlsError,
  TlsServer,
} from 'lwm2m-tls';
import { runModule } from '../helpers/child-process.js';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { clientErrors, dial, echo, quickTimeouts, startEchoServer } from '../helpers/ours.js';
import { deferred, within } from '../helpers/within.js';

const later = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

const never = () => new Promise<never>(() => {});

function raise(): never {
  throw new Error('no connection to the database');
}

const knowsClient1: PskLookup = async (identity) => (identity === client1.identity ? client1.key : null);

async function start(t: ExecutionContext, psk: PskLookup, more: Partial<DtlsServerOptions> = {}) {
  return startEchoServer(t, { psk, handshakeTimeouts: quickTimeouts, ...more });
}

async function nextClientError(server: DtlsServer): Promise<ClientError> {
  const [error] = await within(10_000, 'clientError', once(server, 'clientError') as Promise<[ClientError]>);
  return error;
}

test('a client whose key is found connects', async (t) => {
  const asked: unknown[] = [];
  const { port } = await start(t, (identity, { address, port: from }) => {
    asked.push([identity, address, typeof from]);
    return client1.key;
  });
  const socket = await dial(t, port);
  t.is(await echo(socket, 'hello'), 'hello');
  t.deepEqual(asked, [[client1.identity, '127.0.0.1', 'number']]);
});

for (const nobody of [null, undefined]) {
  test(`a client whose identity is answered with ${nobody} is told so`, async (t) => {
    const { server, port } = await start(t, async () => nobody);
    const error = nextClientError(server);
    await t.throwsAsync(dial(t, port), { code: 'ERR_ALERT_RECEIVED', message: /unknown_psk_identity/ });
    t.like(await error, { code: 'ERR_UNKNOWN_PSK_IDENTITY', pskIdentity: client1.identity });
  });
}

test('identities of the store are not asked for, and may be put there by the lookup', async (t) => {
  let asked = 0;
  const { server, port } = await start(t, async (identity) => {
    asked += 1;
    server.identities.set(identity, client1.key);
    return client1.key;
  });
  t.is(server.identities.size, 0);
  for (let i = 0; i < 3; i += 1) t.is(await echo(await dial(t, port), 'hello'), 'hello');
  t.is(asked, 1);
});

test('an answer is for one handshake', async (t) => {
  let asked = 0;
  const { server, port } = await start(t, async () => {
    asked += 1;
    return client1.key;
  });
  for (let i = 0; i < 3; i += 1) await dial(t, port);
  t.is(asked, 3);
  t.is(server.counters().questionsAsked, 3);
  t.is(server.identities.size, 0);
});

for (const [what, psk, cause] of [
  ['throws', () => raise(), { message: 'no connection to the database' }],
  ['rejects', async () => raise(), { message: 'no connection to the database' }],
  ['answers what is no key', async () => 'secret' as never, { code: 'ERR_INVALID_PSK' }],
  ['answers a key that is too long', async () => Buffer.alloc(257), { code: 'ERR_INVALID_PSK' }],
] as const) {
  test(`a lookup that ${what} refuses the client, and is reported`, async (t) => {
    const { server, port } = await start(t, psk);
    const reported = nextClientError(server);
    await t.throwsAsync(dial(t, port), { code: 'ERR_ALERT_RECEIVED', message: /internal_error/ });
    const error = await reported;
    t.like(error, { code: 'ERR_QUESTION_FAILED', pskIdentity: client1.identity, remoteAddress: '127.0.0.1' });
    t.like(error.cause, cause);
    t.notRegex(error.message, /secret/);
    t.is(server.counters().handshakesRejected, 1);
  });
}

test('a lookup that never answers refuses its client in time, and fifty others go on meanwhile', async (t) => {
  let signal: AbortSignal | undefined;
  const lookup: PskLookup = (_identity, client) => {
    signal = client.signal;
    return never();
  };
  const { server, port } = await start(t, lookup, { questionTimeout: 1_500 });
  server.identities.set('known', client1.key);
  const known = { identity: 'known', key: client1.key };
  const others = await Promise.all(Array.from({ length: 50 }, () => dial(t, port, { psk: known })));
  const reported = nextClientError(server);
  let refused = false;
  const attempt = dial(t, port).catch((error: TlsError) => {
    refused = true;
    return error;
  });
  let rounds = 0;
  while (!refused) {
    const texts = await Promise.all(others.map((socket, i) => echo(socket, `${rounds} ${i}`)));
    t.is(texts.length, 50);
    rounds += 1;
  }
  t.true(rounds > 3, 'there was time for echoes');
  t.like(await attempt, { code: 'ERR_ALERT_RECEIVED', alertName: 'internal_error' });
  t.like(await reported, { code: 'ERR_NO_ANSWER', pskIdentity: client1.identity });
  t.true(signal?.aborted);
  t.like(signal?.reason, { code: 'ERR_NO_ANSWER' });
});

test('two hundred handshakes at once, with lookups of every length', async (t) => {
  const { server, port } = await start(t, async (identity) =>
    later(Math.random() * 100, Buffer.from(`key ${identity}`)),
  );
  const sockets = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      dial(t, port, { psk: { identity: `device ${i}`, key: Buffer.from(`key device ${i}`) } }),
    ),
  );
  const echoes = await Promise.all(sockets.map((socket, i) => echo(socket, `${i}`)));
  t.deepEqual(
    echoes,
    sockets.map((_, i) => `${i}`),
  );
  t.is(server.connections, 200);
});

test('the answer for a client that has left is lost', async (t) => {
  const leave = new AbortController();
  const asked = deferred<AbortSignal>();
  const answer = deferred<Buffer>();
  const lookup: PskLookup = (_identity, { signal }) => {
    asked.resolve(signal);
    return answer.promise;
  };
  const { server, port } = await start(t, lookup, { questionTimeout: 300 });
  const refused = nextClientError(server);
  const attempt = dial(t, port, { signal: leave.signal });
  const signal = await asked.promise;
  leave.abort();
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
  t.is((await refused).code, 'ERR_NO_ANSWER', 'nobody has told the server');
  t.true(signal.aborted);
  answer.resolve(client1.key);
  server.identities.set(client1.identity, client1.key);
  t.is(await echo(await dial(t, port), 'hello'), 'hello');
});

test('a client that begins again from its port is asked for again, and the first question is over', async (t) => {
  const signals: AbortSignal[] = [];
  const { server, port } = await start(t, (_identity, { signal }) => {
    signals.push(signal);
    return signals.length === 1 ? never() : client1.key;
  });
  const leave = new AbortController();
  const localPort = await freePort();
  const first = dial(t, port, { localPort, signal: leave.signal });
  await within(10_000, 'the first question', untilAsked(signals));
  leave.abort();
  await t.throwsAsync(first, { code: 'ABORT_ERR' });
  const errors = clientErrors(server);
  t.is(await echo(await dial(t, port, { localPort }), 'hello'), 'hello');
  t.deepEqual(errors, []);
  t.is(signals.length, 2);
  t.true(signals[0]?.aborted);
  t.like(signals[0]?.reason, { code: 'ERR_CLOSED' });
  t.false(signals[1]?.aborted);
});

test('a server may close while it asks', async (t) => {
  const asked = deferred<AbortSignal>();
  const { server, port } = await start(t, (_identity, { signal }) => {
    asked.resolve(signal);
    return never();
  });
  const leave = new AbortController();
  const attempt = dial(t, port, { signal: leave.signal });
  const signal = await asked.promise;
  await server.close();
  t.true(signal.aborted);
  t.like(signal.reason, { code: 'ERR_CLOSED' });
  leave.abort();
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
});

test('a session of a client that was asked for is resumed without a question', async (t) => {
  let asked = 0;
  const { port } = await start(t, async () => {
    asked += 1;
    return client1.key;
  });
  const { session } = await dial(t, port);
  const resumed = await dial(t, port, { session });
  t.true(resumed.resumed);
  t.is(await echo(resumed, 'hello'), 'hello');
  t.is(asked, 1);
});

test('a wrong key is a wrong key', async (t) => {
  const { server, port } = await start(t, async () => Buffer.from('another'));
  const leave = new AbortController();
  const error = nextClientError(server);
  const attempt = dial(t, port, { signal: leave.signal });
  t.like(await error, { code: 'ERR_BAD_FINISHED' });
  leave.abort();
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
});

test('what was asked is forgotten', async (t) => {
  const { code, stdout, stderr } = await runModule(
    `import { connect, DtlsServer } from 'lwm2m-tls';
    const references = [];
    const server = new DtlsServer({
      psk: (identity, client) => {
        references.push(new WeakRef(client), new WeakRef(client.signal));
        return identity === 'slow' ? new Promise(() => {}) : Buffer.from('key');
      },
      questionTimeout: 50,
    });
    server.on('clientError', () => {});
    const { port } = await server.listen({ host: '127.0.0.1' });
    for (const identity of ['device', 'slow', 'device', 'slow']) {
      await connect({ host: '127.0.0.1', port, psk: { identity, key: Buffer.from('key') } })
        .then((socket) => socket.close(), () => {});
    }
    for (let i = 0; i < 50 && references.some((reference) => reference.deref() !== undefined); i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    console.log(references.length, references.filter((reference) => reference.deref() !== undefined).length <= 2);
    await server.close();`,
    ['--expose-gc'],
  );
  t.is(code, 0, stderr);
  t.is(stdout, '8 true\n');
});

test('a server of streams takes no function', (t) => {
  t.throws(() => new TlsServer({ psk: knowsClient1 as never }), {
    code: 'ERR_INVALID_OPTION',
    message: /psk: got a function, expected a PskStore.*a function is for DtlsServer/,
  });
});

test('the options are checked', async (t) => {
  for (const questionTimeout of [0, 60_001, 1.5, '5']) {
    await t.throwsAsync(start(t, knowsClient1, { questionTimeout: questionTimeout as number }), {
      code: 'ERR_INVALID_OPTION',
      message: /questionTimeout/,
    });
  }
});

async function untilAsked(signals: readonly unknown[]): Promise<void> {
  while (signals.length === 0) await later(5, undefined);
}
