import test from 'ava';
import { echo } from '../helpers/ours.js';
import { dialWorker, startGroup, workerOf } from './groups.js';

test('the numbers of a worker in an endless loop are there at once, and its sum with the others', async (t) => {
  const { group, port } = await startGroup(t, { closeTimeout: 100 });
  const stuck = await dialWorker(t, port, 0);
  const other = await dialWorker(t, port, 1);
  const before = group.workers[0]!.counters();
  // The answer leaves before the loop begins, which then never ends.
  t.is(await echo(stuck, 'loop'), '0:loop');
  t.like(group.workers[0]!.counters(), {
    peers: before.peers,
    messagesReceived: before.messagesReceived + 1,
    messagesSent: before.messagesSent + 1,
  });
  const received = group.counters().messagesReceived;
  t.is(await workerOf(other), 1);
  t.is(group.counters().messagesReceived, received + 1);

  await group.close();
  t.is(group.workers[0]!.counters().messagesReceived, before.messagesReceived + 1, 'they outlive the thread');
});
