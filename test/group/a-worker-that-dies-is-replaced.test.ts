import { once } from 'node:events';
import test from 'ava';
import { type DtlsServerGroup, type GroupWorker, TlsError } from 'lwm2m-tls';
import { closed, dial, echo } from '../helpers/ours.js';
import { until, within } from '../helpers/within.js';
import { dialWorker, startGroup, workerOf } from './groups.js';

async function workerExit(group: DtlsServerGroup): Promise<[GroupWorker, TlsError]> {
  return within(20_000, "'workerExit'", once(group, 'workerExit') as Promise<[GroupWorker, TlsError]>);
}

const endings: Readonly<Record<string, (cause: unknown) => boolean>> = {
  throw: (cause) => cause instanceof Error && cause.message === 'told to throw',
  exit: (cause) => cause instanceof Error && cause.message === 'exit code 3',
  'close the server': (cause) => cause instanceof TlsError && cause.code === 'ERR_CLOSED',
};

for (const [ending, isCause] of Object.entries(endings)) {
  test.serial(`${ending}: the peers of the others notice nothing, and the counters go on`, async (t) => {
    const { group, port } = await startGroup(t);
    const { threadId } = group.workers[0]!;
    const victim = await dialWorker(t, port, 0);
    const bystanders = [];
    for (let i = 0; i < 8; i += 1) bystanders.push(await dialWorker(t, port, 1));
    const { handshakesCompleted, messagesReceived } = group.counters();

    const exit = workerExit(group);
    t.is(await echo(victim, ending), `0:${ending}`);
    const [worker, error] = await exit;
    t.is(worker, group.workers[0]!);
    t.is(worker.state, 'waiting');
    t.is(error.code, 'ERR_WORKER_FAILED');
    t.true(isCause(error.cause), String(error.cause));
    t.like(worker.counters(), { peers: 0, peersHandshaking: 0 });
    t.like(group.counters(), { handshakesCompleted, messagesReceived: messagesReceived + 1 });

    await until('it is replaced', () => worker.state === 'listening');
    t.is(worker.restarts, 1);
    t.not(worker.threadId, threadId);
    t.deepEqual(
      await Promise.all(bystanders.map(workerOf)),
      bystanders.map(() => 1),
    );
    await dialWorker(t, port, 0);
    t.true(group.counters().handshakesCompleted > handshakesCompleted);
  });
}

test.serial('a client that comes while its worker is away is served by the next one', async (t) => {
  const { group, port } = await startGroup(t, { workers: 1 });
  const victim = await dialWorker(t, port, 0);
  const exit = workerExit(group);
  await echo(victim, 'throw');
  await exit;
  t.is(group.workers[0]!.state, 'waiting');
  // Its hello waits in the socket: it would not be repeated in time.
  const client = await within(
    20_000,
    'a connection',
    dial(t, port, { handshakeTimeouts: { min: 60_000, max: 60_000 } }),
  );
  t.is(await workerOf(client), 0);
});

test.serial('one that is not replaced leaves its clients to the others', async (t) => {
  const { group, port } = await startGroup(t, { maxRestarts: 0 });
  group.on('error', (error) => t.fail(String(error)));
  const victim = await dialWorker(t, port, 0);
  const exit = workerExit(group);
  await echo(victim, 'exit');
  const [worker] = await exit;
  t.is(worker.state, 'closed');
  t.is(worker.threadId, undefined);
  for (let i = 0; i < 16; i += 1) await dialWorker(t, port, 1);
  t.deepEqual(
    group.workers.map(({ restarts }) => restarts),
    [0, 0],
  );
});

test.serial('a group without any worker left says so and closes', async (t) => {
  const { group, port } = await startGroup(t, { workers: 1, maxRestarts: 1 });
  const told: string[] = [];
  group.on('workerExit', ({ state }) => told.push(state));
  group.on('error', ({ code }) => told.push(code));
  group.on('close', () => told.push('close'));
  for (let i = 0; i < 2; i += 1) {
    const exit = workerExit(group);
    const victim = await dialWorker(t, port, 0);
    await echo(victim, 'throw');
    await exit;
  }
  await group.close();
  t.deepEqual(told, ['waiting', 'closed', 'ERR_WORKER_FAILED', 'close']);
});

test.serial('clients of a group that closes get its goodbye', async (t) => {
  const { group, port } = await startGroup(t);
  const clients = [await dialWorker(t, port, 0), await dialWorker(t, port, 1)];
  const ends = clients.map(closed);
  await group.close();
  t.deepEqual(await Promise.all(ends), [false, false]);
});
