import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { lifecycleStates } from '../helpers/lifecycle-states.js';
import { dial, echo, startEchoServer } from '../helpers/ours.js';

const child = new URL('../helpers/lifecycle-child.js', import.meta.url);

for (const state of Object.keys(lifecycleStates)) {
  test(`terminated: ${state}`, async (t) => {
    const worker = new Worker(child, { workerData: [state, 'terminate'] });
    await once(worker, 'message');
    worker.on('error', (error) => t.fail(String(error)));
    await t.notThrowsAsync(worker.terminate());
  });

  test(`process.exit() of its own: ${state}`, async (t) => {
    const worker = new Worker(child, { workerData: [state, 'exit'] });
    const [code] = await once(worker, 'exit');
    t.is(code, 0);
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
