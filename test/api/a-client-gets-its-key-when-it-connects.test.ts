import test from 'ava';
import { connect, type PskSource } from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { dial, echo, startEchoServer } from '../helpers/ours.js';

test('from a function that hears where to', async (t) => {
  const { port } = await startEchoServer(t);
  const asked: unknown[] = [];
  const psk: PskSource = async ({ host, port: to, signal }) => {
    asked.push([host, to, signal.aborted]);
    return client1;
  };
  t.is(await echo(await dial(t, port, { psk }), 'hello'), 'hello');
  t.deepEqual(asked, [['127.0.0.1', port, false]]);
});

test('which may answer at once', async (t) => {
  const { port } = await startEchoServer(t);
  t.is(await echo(await dial(t, port, { psk: () => client1 }), 'hello'), 'hello');
});

for (const [what, psk, error] of [
  ['throws', () => JSON.parse('{') as never, { code: 'ERR_QUESTION_FAILED', message: /^psk: / }],
  ['answers nothing', async () => undefined as never, { code: 'ERR_QUESTION_FAILED', message: /not undefined/ }],
  ['answers null', async () => null as never, { code: 'ERR_QUESTION_FAILED', message: /not null/ }],
  ['answers an empty key', () => ({ identity: 'a', key: Buffer.alloc(0) }), { code: 'ERR_INVALID_PSK' }],
] as const) {
  test(`one that ${what} fails the attempt`, async (t) => {
    await t.throwsAsync(connect({ host: '127.0.0.1', port: 9, psk }), error);
  });
}

test('all other options are checked before', async (t) => {
  const psk = () => t.fail() as never;
  await t.throwsAsync(connect({ host: '127.0.0.1', port: 0, psk }), { code: 'ERR_INVALID_OPTION', message: /^port/ });
  await t.throwsAsync(connect(undefined as never), { code: 'ERR_INVALID_OPTION' });
  const signal = AbortSignal.abort();
  await t.throwsAsync(connect({ host: '127.0.0.1', port: 9, psk, signal }), { code: 'ABORT_ERR' });
});

test('an abort signal ends the wait', async (t) => {
  const leave = new AbortController();
  let heard: AbortSignal | undefined;
  const psk: PskSource = ({ signal }) => {
    heard = signal;
    setImmediate(() => leave.abort());
    return new Promise<never>(() => {});
  };
  const attempt = connect({ host: '127.0.0.1', port: 9, psk, signal: leave.signal });
  await t.throwsAsync(attempt, { code: 'ABORT_ERR' });
  t.is(heard, leave.signal);
});
