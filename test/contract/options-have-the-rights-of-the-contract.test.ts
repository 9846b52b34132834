import test from 'ava';
import { type NetSocket, SocketOption } from 'lwm2m-tls';
import { boundSocket, connectedPair, type Kind, kinds, makeSocket } from '../helpers/contract-sockets.js';

/** Of one option in one state: what it gives, or with what it fails. */
type Outcome = string | number | boolean | RegExp;

interface Row {
  key: number;
  closed: Outcome;
  bound: Outcome;
  connected: Outcome;
  /** What setting it to `value` fails with; undefined: nothing. */
  set: string | undefined;
  value: unknown;
}

const anyNumber = /^\d+$/;

const shared: Row[] = [
  row('recvTimeout', 30_000, 30_000, 30_000, undefined, 1_500),
  row('state', 0, 2, 4, 'EINVAL', 0),
  row('addrFamily', 0, 1, 1, 'EINVAL', 1),
  row('sessionResumed', false, false, false, 'EINVAL', true),
  row('bytesSent', 0, 0, anyNumber, 'EINVAL', 1),
  row('bytesReceived', 0, 0, anyNumber, 'EINVAL', 1),
  row('daneTlsaArray', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL', []),
  row('hasBufferedData', false, false, false, 'EINVAL', true),
  row('connectionIdResumed', false, false, false, 'EINVAL', true),
  row('preferredAddrFamily', 0, 0, 0, undefined, 2),
  row('forcedAddrFamily', 0, 0, 0, undefined, 1),
];

const matrix: Record<Kind, Row[]> = {
  DTLS: [
    ...shared,
    row('mtu', 'EBADF', 'ENOTCONN', anyNumber, 'EINVAL', 1_280),
    row('innerMtu', 0, 'EBADF', anyNumber, 'EINVAL', 1_000),
    row('dtlsHandshakeTimeouts', 'EINVAL', 'EINVAL', 'EINVAL', undefined, { min: 1, max: 2 }),
  ],
  TLS: [
    ...shared,
    row('mtu', 'EBADF', 'ENOTSUP', 'ENOTSUP', 'EINVAL', 1_280),
    row('innerMtu', 0, 0, 0, 'EINVAL', 1_000),
    row('dtlsHandshakeTimeouts', 'EINVAL', 'EINVAL', 'EINVAL', 'EBADF', { min: 1, max: 2 }),
  ],
};

for (const kind of kinds) {
  test(`${kind}: every option is in the table`, (t) => {
    const keys = matrix[kind].map(({ key }) => key).sort((left, right) => left - right);
    t.deepEqual(keys, Object.values(SocketOption) as number[]);
  });

  test(`${kind}: reading, never opened`, (t) => {
    const socket = makeSocket(t, kind);
    for (const { key, closed } of matrix[kind]) t.true(matches(closed, read(socket, key)), told(key, socket));
  });

  test(`${kind}: reading, bound, and closed again`, async (t) => {
    const socket = await boundSocket(t, kind);
    for (const { key, bound } of matrix[kind]) t.true(matches(bound, read(socket, key)), told(key, socket));
    await socket.close();
    for (const { key, closed } of matrix[kind]) t.true(matches(closed, read(socket, key)), told(key, socket));
  });

  test(`${kind}: reading, connected`, async (t) => {
    const { client } = await connectedPair(t, kind);
    for (const { key, connected } of matrix[kind]) t.true(matches(connected, read(client, key)), told(key, client));
  });

  test(`${kind}: reading, shut down`, async (t) => {
    const { client } = await connectedPair(t, kind);
    await client.shutdown();
    t.is(client.getOpt(SocketOption.state), 1);
    t.is(read(client, SocketOption.addrFamily), 1);
    t.regex(String(read(client, SocketOption.bytesSent)), /^[1-9]\d*$/, 'the counters go on');
  });

  test(`${kind}: setting, in every state`, async (t) => {
    const { client, listener } = await connectedPair(t, kind);
    const fresh = makeSocket(t, kind);
    const closed = await boundSocket(t, kind);
    await closed.close();
    for (const socket of [fresh, listener, closed, client]) {
      for (const { key, set, value } of matrix[kind]) t.is(write(socket, key, value), set, told(key, socket));
    }
  });

  test(`${kind}: what is no option`, (t) => {
    const socket = makeSocket(t, kind);
    for (const key of [-1, 14, 0.5, 'state', null, undefined]) {
      t.is(read(socket, key), 'EINVAL');
      t.is(write(socket, key, 1), 'EINVAL');
    }
  });
}

test('what was set is read back, and survives a close', async (t) => {
  const socket = await boundSocket(t, 'DTLS');
  socket.setOpt(SocketOption.recvTimeout, -5);
  socket.setOpt(SocketOption.preferredAddrFamily, 2);
  socket.setOpt(SocketOption.forcedAddrFamily, 1);
  await socket.close();
  t.is(socket.getOpt(SocketOption.recvTimeout), -5);
  t.is(socket.getOpt(SocketOption.preferredAddrFamily), 2);
  t.is(socket.getOpt(SocketOption.forcedAddrFamily), 1);
});

test('values that cannot be', (t) => {
  const socket = makeSocket(t, 'DTLS');
  t.is(write(socket, SocketOption.recvTimeout, '1000'), 'EINVAL');
  t.is(write(socket, SocketOption.recvTimeout, undefined), 'EINVAL');
  t.is(write(socket, SocketOption.preferredAddrFamily, 3), 'EINVAL');
  t.is(write(socket, SocketOption.forcedAddrFamily, undefined), 'EINVAL');
  for (const timeouts of [
    { min: -1, max: 5 },
    { min: 1 },
    { min: 1, max: 4_294_968 },
    { min: 1, max: Number.NaN },
    5,
  ]) {
    t.is(write(socket, SocketOption.dtlsHandshakeTimeouts, timeouts), 'EBADF');
  }
});

function row(
  name: keyof typeof SocketOption,
  closed: Outcome,
  bound: Outcome,
  connected: Outcome,
  set: string | undefined,
  value: unknown,
): Row {
  return { key: SocketOption[name], closed, bound, connected, set, value };
}

function matches(expected: Outcome, got: unknown): boolean {
  return expected instanceof RegExp ? expected.test(String(got)) : expected === got;
}

/** The value, or the code of the error. */
function read(socket: NetSocket, key: unknown): unknown {
  try {
    return socket.getOpt(key as never);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** The code of the error, undefined without one. */
function write(socket: NetSocket, key: unknown, value: unknown): string | undefined {
  try {
    socket.setOpt(key as never, value as never);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function told(key: number, socket: NetSocket): string {
  const [name] = Object.entries(SocketOption).find(([, value]) => value === key) ?? [];
  return `${name}: ${read(socket, key)}`;
}
