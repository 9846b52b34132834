import test from 'ava';
import { testPair } from '../helpers/harness.js';

test('in order, more of them than a socket holds by itself', async (t) => {
  const { client, connection } = await testPair(t);
  for (let i = 0; i < 100; i += 1) client.send(`message ${i}`);
  for (let i = 0; i < 100; i += 1) t.is((await connection.receive()).toString(), `message ${i}`);
});

test('a filter takes one from the middle', async (t) => {
  const { client, connection } = await testPair(t);
  const waiting = connection.receive({ filter: (message) => message.toString() === 'b' });
  for (const text of ['a', 'b', 'c']) client.send(text);
  t.is((await waiting).toString(), 'b');
  t.is((await connection.receive({ filter: (message) => message.toString() === 'c' })).toString(), 'c');
  t.deepEqual(connection.waiting.map(String), ['a']);
});

test('a message that is peeked at stays, for those who wait as well', async (t) => {
  const { client, connection } = await testPair(t);
  const [peeked, again, taken] = [
    connection.receive({ peek: true }),
    connection.receive({ peek: true }),
    connection.receive(),
  ];
  client.send('a');
  t.deepEqual((await Promise.all([peeked, again, taken])).map(String), ['a', 'a', 'a']);
  client.send('b');
  t.is((await connection.receive({ peek: true })).toString(), 'b');
  t.is((await connection.receive()).toString(), 'b');
});

test('nothing in time', async (t) => {
  const { client, connection } = await testPair(t);
  await t.throwsAsync(connection.receive({ timeout: 10 }), { code: 'ETIMEDOUT', message: /within 10 ms$/ });
  client.send('other');
  await connection.receive({ peek: true });
  await t.throwsAsync(connection.receive({ timeout: 10, filter: () => false }), {
    message: /within 10 ms; 1 that the filter did not take are waiting$/,
  });
});

test('after the end what has come is given, then the end is told', async (t) => {
  const { client, connection } = await testPair(t);
  client.send('last words');
  await client.close();
  t.is(await connection.ended(), undefined);
  t.is((await connection.receive()).toString(), 'last words');
  await t.throwsAsync(connection.receive(), { code: 'ERR_CLOSED' });
  t.throws(() => connection.send('too late'), { code: 'ERR_CLOSED' });
});

test('who waits when it ends is told', async (t) => {
  const { server, connection } = await testPair(t);
  const waiting = t.throwsAsync(connection.receive(), { code: 'ERR_CLOSED' });
  await server.close();
  await waiting;
});

test('both ways', async (t) => {
  const { client, connection } = await testPair(t);
  const answer = new Promise((resolve) => client.once('message', resolve));
  connection.send('hello');
  t.is(String(await answer), 'hello');
});

test('silence is expected, and broken', async (t) => {
  const { client, connection } = await testPair(t);
  await connection.expectSilence(20);
  const broken = t.throwsAsync(connection.expectSilence(10_000), {
    code: 'ERR_UNEXPECTED_MESSAGE',
    message: /a message of 2 bytes came .*: 6869$/,
  });
  client.send('hi');
  await broken;
  await t.throwsAsync(connection.expectSilence(1), { code: 'ERR_UNEXPECTED_MESSAGE' });
  t.is((await connection.receive()).toString(), 'hi');
  await connection.expectSilence(1);
});

test('an end is no silence', async (t) => {
  const { client, connection } = await testPair(t);
  const broken = t.throwsAsync(connection.expectSilence(10_000), { code: 'ERR_CLOSED' });
  await client.close();
  await broken;
});

test('bad options', async (t) => {
  const { connection } = await testPair(t);
  await t.throwsAsync(connection.receive({ timeout: 1.5 }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(connection.receive({ peek: 1 as never }), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(connection.receive({ fliter: () => true } as never), { message: /did you mean 'filter'/ });
  await t.throwsAsync(connection.expectSilence(-1), { code: 'ERR_INVALID_OPTION' });
  await t.throwsAsync(connection.ended({ timeout: 5 }), { code: 'ETIMEDOUT' });
});
