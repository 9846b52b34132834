import test from 'ava';
import { dial, startEchoServer } from '../helpers/ours.js';

test('the oldest session goes first', async (t) => {
  const { port } = await startEchoServer(t, { sessions: { tickets: false, cacheSize: 2 } });
  const sessions = [];
  for (let turn = 0; turn < 3; turn += 1) sessions.push((await dial(t, port)).session);
  const [oldest, , newest] = sessions;
  t.true((await dial(t, port, { session: newest })).resumed);
  t.false((await dial(t, port, { session: oldest })).resumed);
});

test('a session ends with its time', async (t) => {
  for (const tickets of [true, false]) {
    const { port } = await startEchoServer(t, { sessions: { tickets, timeout: 1 } });
    const { session } = await dial(t, port);
    t.true((await dial(t, port, { session })).resumed);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // libssl counts in whole seconds
    t.false((await dial(t, port, { session })).resumed, `tickets: ${tickets}`);
  }
});
