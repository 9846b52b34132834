import { connect as connectTcp } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import {
  type ClientConnectErrorMessage,
  type ClientConnectFinishMessage,
  type ClientConnectionCloseMessage,
  type ClientConnectMessage,
  connectTls,
  diagnosticsChannels,
} from 'lwm2m-tls';
import { client1 } from '../helpers/credentials.js';
import { freePort } from '../helpers/free-port.js';
import { dial, startServer } from '../helpers/ours.js';
import { dialTls, startTlsServer } from '../tls/ends.js';
import { published } from './published.js';

const psk = { [client1.identity]: client1.key };

const transports = {
  dtls: {
    start: (t: ExecutionContext) => startServer(t),
    dial: (t: ExecutionContext, port: number) => dial(t, port),
    free: () => freePort('datagram'),
  },
  tls: {
    start: (t: ExecutionContext) => startTlsServer(t, { psk }),
    dial: (t: ExecutionContext, port: number) => dialTls(t, port, { psk: client1, host: '127.0.0.1' }),
    free: () => freePort('stream'),
  },
};

for (const [protocol, { start, dial: connect, free }] of Object.entries(transports)) {
  test(`${protocol}: one that succeeds, and the end of its connection`, async (t) => {
    const { port } = await start(t);
    const attempts = attemptsTo(t, port);
    const closed: ClientConnectionCloseMessage[] = [];
    const client = await connect(t, port);
    published<ClientConnectionCloseMessage>(
      t,
      diagnosticsChannels.clientConnectionClose,
      ({ socket }) => socket === client,
      (message) => closed.push(message),
    );
    t.is(attempts.started.length, 1);
    t.is(attempts.finished.length, 1);
    t.deepEqual(attempts.failed, []);
    const { attempt } = attempts.started[0]!;
    t.deepEqual(attempts.started[0], { protocol, attempt, host: '127.0.0.1', port } as ClientConnectMessage);
    t.like(attempts.finished[0], { protocol, attempt, host: '127.0.0.1', port });
    t.is(attempts.finished[0]?.socket as unknown, client);
    t.deepEqual(closed, []);
    await client.close();
    t.is(closed.length, 1);
    t.is(closed[0]?.protocol as string, protocol);
    t.is(closed[0]?.error, undefined);
  });

  test(`${protocol}: one that fails`, async (t) => {
    const port = await free();
    const attempts = attemptsTo(t, port);
    const error = await t.throwsAsync(connect(t, port));
    t.is(attempts.started.length, 1);
    t.is(attempts.failed.length, 1);
    t.deepEqual(attempts.finished, []);
    t.like(attempts.failed[0], { protocol, attempt: attempts.started[0]?.attempt, host: '127.0.0.1', port });
    t.is(attempts.failed[0]?.error as unknown, error);
  });

  test(`${protocol}: attempts at the same time have numbers of their own`, async (t) => {
    const { port } = await start(t);
    const attempts = attemptsTo(t, port);
    await Promise.all([connect(t, port), connect(t, port)]);
    const numbers = attempts.started.map(({ attempt }) => attempt);
    t.is(new Set(numbers).size, 2);
    t.deepEqual(attempts.finished.map(({ attempt }) => attempt).sort(), numbers.sort());
  });
}

test('tls over a stream of the caller: without host and port', async (t) => {
  const { port } = await startTlsServer(t, { psk });
  const mine = ({ host }: ClientConnectMessage) => host === undefined;
  const finished = published<ClientConnectFinishMessage>(t, diagnosticsChannels.clientConnectFinish, mine);
  const client = await connectTls({ socket: connectTcp(port, '127.0.0.1'), psk: client1 });
  t.is(finished.length, 1);
  t.is(finished[0]?.port, undefined);
  await client.close();
});

function attemptsTo(t: ExecutionContext, port: number) {
  const mine = (message: ClientConnectMessage) => message.port === port;
  return {
    started: published<ClientConnectMessage>(t, diagnosticsChannels.clientConnectStart, mine),
    finished: published<ClientConnectFinishMessage>(t, diagnosticsChannels.clientConnectFinish, mine),
    failed: published<ClientConnectErrorMessage>(t, diagnosticsChannels.clientConnectError, mine),
  };
}
