import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { DtlsServerGroup } from 'lwm2m-tls';
import { echo } from '../helpers/ours.js';
import { dialWorker, echoWorker, hopelessWorker, startGroup } from './groups.js';

/** Fails while anybody has the port. */
async function assertFree(t: ExecutionContext, port: number): Promise<void> {
  const socket = createSocket('udp4').bind(port, '127.0.0.1');
  await t.notThrowsAsync(once(socket, 'listening'));
  socket.close();
}

function counted(group: DtlsServerGroup): { closes: number } {
  const result = { closes: 0 };
  group.on('close', () => {
    result.closes += 1;
  });
  return result;
}

test.serial('before listen()', async (t) => {
  const group = new DtlsServerGroup({ script: echoWorker, workers: 2 });
  const events = counted(group);
  await Promise.all([group.close(), group.close()]);
  await group.close();
  t.is(events.closes, 1);
  await t.throwsAsync(group.listen(), { code: 'ERR_CLOSED' });
  t.throws(() => group.address(), { code: 'ERR_CLOSED' });
  t.deepEqual(
    group.workers.map(({ state }) => state),
    ['closed', 'closed'],
  );
});

for (const [moment, pass] of Object.entries({
  'at once': async () => {},
  'while the workers start': async () => new Promise((resolve) => setTimeout(resolve, 50)),
})) {
  test.serial(`while listen() is pending: ${moment}`, async (t) => {
    const group = new DtlsServerGroup({ script: hopelessWorker, workers: 2, workerData: [1, 'never'] });
    const listening = t.throwsAsync(group.listen({ host: '127.0.0.1' }), { code: 'ERR_CLOSED' });
    await pass();
    await group.close();
    await listening;
    t.throws(() => group.address(), { code: 'ERR_CLOSED' });
  });
}

test.serial('while it listens: the port is free when close() resolves', async (t) => {
  const { group, port } = await startGroup(t);
  const events = counted(group);
  await Promise.all([group.close(), group.close()]);
  t.is(events.closes, 1);
  await assertFree(t, port);
  t.throws(() => group.address(), { code: 'ERR_CLOSED' });
  t.is(group.counters().peers, 0);
});

test.serial('while a worker is dead: it is not started again', async (t) => {
  const { group, port } = await startGroup(t);
  const victim = await dialWorker(t, port, 0);
  const exit = once(group, 'workerExit');
  await echo(victim, 'throw');
  await exit;
  t.is(group.workers[0]!.state, 'waiting');
  await group.close();
  t.is(group.workers[0]!.restarts, 0);
  await assertFree(t, port);
});

test.serial("inside of 'workerExit'", async (t) => {
  const { group, port } = await startGroup(t);
  const victim = await dialWorker(t, port, 0);
  const done = new Promise<void>((resolve) => group.once('workerExit', () => resolve(group.close())));
  await echo(victim, 'exit');
  await done;
  await assertFree(t, port);
});

test.serial('while a worker never listens to anybody any more: it is terminated', async (t) => {
  const { group, port } = await startGroup(t, { closeTimeout: 200 });
  const client = await dialWorker(t, port, 0);
  await echo(client, 'loop');
  await group.close();
  await assertFree(t, port);
});

test.serial("by 'await using'", async (t) => {
  let closed = false;
  {
    await using group = new DtlsServerGroup({ script: echoWorker, workers: 1 });
    group.on('close', () => {
      closed = true;
    });
    await group.listen({ host: '127.0.0.1' });
  }
  t.true(closed);
});
