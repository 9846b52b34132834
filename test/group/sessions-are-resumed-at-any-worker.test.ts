import test from 'ava';
import { dialWorker, startGroup } from './groups.js';

test('a ticket of one worker opens at the other, and at the one that replaces it', async (t) => {
  const { group, port } = await startGroup(t);
  const first = await dialWorker(t, port, 0);
  const { session } = first;
  t.truthy(session);
  const second = await dialWorker(t, port, 1, { session });
  t.true(second.resumed);

  first.send('throw');
  await new Promise((resolve) => group.once('workerExit', resolve));
  const third = await dialWorker(t, port, 0, { session });
  t.true(third.resumed);
});
