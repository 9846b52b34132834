import { once } from 'node:events';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import test, { type ExecutionContext } from 'ava';
import { type ClientError, connect } from 'lwm2m-tls';
import { attend } from '../helpers/attend.js';
import { buildClientHello } from '../helpers/client-hello.js';
import { client1 } from '../helpers/credentials.js';
import { startServer } from '../helpers/ours.js';
import { RawClient } from '../helpers/raw-client.js';
import { SilentServer } from '../helpers/silent-server.js';
import { within } from '../helpers/within.js';

interface Schedule {
  handshakeTimeouts: { min: number; max: number };
  /** Milliseconds between transmissions, then from the last one to giving up. */
  gaps: number[];
}

const schedules: Record<string, Schedule> = {
  'doubling up to the cap': { handshakeTimeouts: { min: 100, max: 800 }, gaps: [100, 200, 400, 800] },
  'a cap that is no power of two': { handshakeTimeouts: { min: 100, max: 300 }, gaps: [100, 200, 300] },
  'min = max': { handshakeTimeouts: { min: 300, max: 300 }, gaps: [300] },
};

/** What is seen of a transmission is as late as the event loop of this process, and the next one then seems early. */
const tolerance = 20;
const late = 400;

function watchLoop(): IntervalHistogram {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  return delays;
}

function compare(t: ExecutionContext, times: number[], expected: number[], delays: IntervalHistogram): void {
  delays.disable();
  const early = tolerance + delays.max / 1e6;
  t.is(times.length, expected.length + 1, `transmissions and the end at ${times.map(Math.round)}`);
  expected.forEach((gap, index) => {
    const actual = times[index + 1]! - times[index]!;
    t.true(actual >= gap - early && actual <= gap + late, `gap ${index}: ${actual.toFixed(0)} ms, ${gap} expected`);
  });
}

for (const [title, { handshakeTimeouts, gaps }] of Object.entries(schedules)) {
  test.serial(`client, ${title}`, async (t) => {
    const delays = watchLoop();
    const silent = attend(t, await SilentServer.open());
    const failure = connect({ host: '127.0.0.1', port: silent.port, psk: client1, handshakeTimeouts });
    await t.throwsAsync(failure, { code: 'ETIMEDOUT' });
    compare(t, [...silent.arrivals, performance.now()], gaps, delays);
  });

  test.serial(`server, ${title}`, async (t) => {
    const delays = watchLoop();
    const { server, port } = await startServer(t, { handshakeTimeouts });
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    const client = attend(t, await RawClient.open(port));
    const cookie = await client.fetchCookie();
    await client.send(buildClientHello({ cookie, messageSequence: 1, recordSequence: 1 }));
    const [error] = await within(10_000, "'clientError'", reported);
    const end = performance.now();
    t.is(error.code, 'ETIMEDOUT');

    const flights = client.received.slice(1).map(({ at }) => at);
    compare(t, [...firstOfEach(flights), end], gaps, delays);
    t.is(server.counters().handshakesTimedOut, 1);
    t.is(server.counters().peers, 0);
  });
}

/** The datagrams of one flight come together. */
function firstOfEach(times: number[]): number[] {
  return times.filter((time, index) => index === 0 || time - times[index - 1]! > 50);
}
