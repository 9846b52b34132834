import test from 'ava';
import { DEFAULT_DTLS_HANDSHAKE_TIMEOUTS, type DtlsHandshakeTimeouts, SocketOption } from 'lwm2m-tls';
import { failureOf, makeSocket } from '../helpers/contract-sockets.js';
import { SilentServer } from '../helpers/silent-server.js';
import { until } from '../helpers/within.js';

test('without timeouts the second flight leaves after a second', async (t) => {
  t.deepEqual({ ...DEFAULT_DTLS_HANDSHAKE_TIMEOUTS }, { min: 1_000, max: 60_000 });
  await using silent = await SilentServer.open();
  const socket = makeSocket(t, 'DTLS');
  const start = performance.now();
  const connecting = failureOf(t, socket.connect('127.0.0.1', silent.port));
  await until('two flights', () => silent.arrivals.length === 2);
  const waited = performance.now() - start;
  t.true(waited > 950 && waited < 1_900, `${waited} ms`);
  await socket.close();
  await connecting;
});

const schedules: readonly { timeouts: DtlsHandshakeTimeouts; flights: number; end: number }[] = [
  { timeouts: { min: 200, max: 200 }, flights: 1, end: 200 },
  { timeouts: { min: 200, max: 400 }, flights: 2, end: 600 },
  { timeouts: { min: 100, max: 800 }, flights: 4, end: 1_500 },
  { timeouts: { min: 100, max: 150 }, flights: 2, end: 250 },
  { timeouts: { min: 300, max: 100 }, flights: 1, end: 300 },
];

for (const { timeouts, flights, end } of schedules) {
  for (const given of ['in the configuration', 'as an option']) {
    test(`${timeouts.min} and ${timeouts.max} ms, ${given}: ${flights} flights in ${end} ms`, async (t) => {
      await using silent = await SilentServer.open();
      const socket = makeSocket(t, 'DTLS', given === 'as an option' ? {} : { dtlsHandshakeTimeouts: timeouts });
      if (given === 'as an option') socket.setOpt(SocketOption.dtlsHandshakeTimeouts, timeouts);
      const start = performance.now();
      t.is((await failureOf(t, socket.connect('127.0.0.1', silent.port))).code, 'ETIMEDOUT');
      const waited = performance.now() - start;
      t.is(silent.arrivals.length, flights);
      t.true(waited > end - 20 && waited < end + 1_000, `${waited} ms`);
    });
  }
}
