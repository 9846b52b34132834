import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { lifecycleStates } from '../helpers/lifecycle-states.js';
import { dial, echo, startEchoServer } from '../helpers/ours.js';

const child = new URL('../helpers/lifecycle-child.js', import.meta.url);

for (const state of Object.keys(lifecycleStates)) {
  test(`terminated: ${state}`, async (t) => {
    const worker = new Worker(child, { workerData: [state, 'terminate'] });
    await once(worker, 'message');
    worker.on('error', (error) => t.fail(String(error)));
    const exited = once(worker, 'exit');
    t.is(await worker.terminate(), 1);
    t.deepEqual(await exited, [1]);
    await t.notThrowsAsync(roundTrip(t), 'the addon works on in this thread');
  });

  test(`process.exit() of its own: ${state}`, async (t) => {
    const worker = new Worker(child, { workerData: [state, 'exit'] });
    const [code] = await once(worker, 'exit');
    t.is(code, 0);
    await t.notThrowsAsync(roundTrip(t), 'the addon works on in this thread');
  });
}

test('this thread goes on meanwhile', async (t) => {
  const { port } = await startEchoServer(t);
  const client = await dial(t, port);
  for (let i = 0; i < 5; i += 1) {
    const worker = new Worker(child, { workerData: ['messages flying', 'terminate'] });
    await once(worker, 'message');
    t.is(await echo(client, `${i}`), `${i}`);
    await worker.terminate();
    t.is(await echo(client, `${i}`), `${i}`);
  }
});

async function roundTrip(t: ExecutionContext): Promise<void> {
  const { server, port } = await startEchoServer(t);
  const client = await dial(t, port);
  t.is(await echo(client, 'still here'), 'still here');
  await client.close();
  await server.close();
}
