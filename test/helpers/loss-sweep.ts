/** Runs a handshake again and again and loses another of its datagrams each time. */
import type { ExecutionContext } from 'ava';
import { attend } from './attend.js';
import { ContentType } from './dtls-records.js';
import { FaultProxy } from './fault-proxy.js';
import { type Direction, nthOf, type Passage } from './fault-rules.js';
import type { Pairing } from './pairings.js';

/** Numbers, from 1, of the datagrams to lose. */
export type Losses = Record<Direction, number[]>;

/** How many runs go on at a time. */
const concurrency = 4;

/**
 * Each datagram of the handshake lost once, both directions; the first ClientHello and its repetition lost; the
 * HelloVerifyRequest and its repetition lost. Returns the number of runs.
 */
export async function sweepSingleLosses(t: ExecutionContext, pairing: Pairing): Promise<number> {
  const size = await measure(t, pairing);
  return runAll(t, pairing, [...singles(size), lostHellos, ...lostHelloVerifyRequests.slice(1)]);
}

/** The same without losing a HelloVerifyRequest. */
export async function sweepSingleLossesAfterCookie(t: ExecutionContext, pairing: Pairing): Promise<number> {
  const size = await measure(t, pairing);
  return runAll(t, pairing, [...singles(size).filter(({ toClient }) => toClient[0] !== 1), lostHellos]);
}

/** Only the HelloVerifyRequest lost, once and twice. */
export async function sweepLostHelloVerifyRequests(t: ExecutionContext, pairing: Pairing): Promise<number> {
  return runAll(t, pairing, lostHelloVerifyRequests);
}

/** Each pair of datagrams lost, whatever their directions. */
export async function sweepDoubleLosses(t: ExecutionContext, pairing: Pairing): Promise<number> {
  const size = await measure(t, pairing);
  const all = singles(size);
  const pairs = all.flatMap((first, index) => all.slice(index + 1).map((second) => merge(first, second)));
  return runAll(t, pairing, pairs);
}

const lostHellos: Losses = { toServer: [1, 2], toClient: [] };

const lostHelloVerifyRequests: Losses[] = [
  { toServer: [], toClient: [1] },
  { toServer: [], toClient: [1, 2] },
];

/** Datagrams of an undisturbed handshake; the smaller of two counts, because a busy machine may repeat a flight. */
async function measure(t: ExecutionContext, pairing: Pairing): Promise<Record<Direction, number>> {
  const nothing = { toServer: [], toClient: [] };
  const proxies = [await run(t, pairing, nothing), await run(t, pairing, nothing)];
  const count = (direction: Direction): number =>
    Math.min(...proxies.map((proxy) => proxy.entries(direction).filter(isHandshake).length));
  const size = { toServer: count('toServer'), toClient: count('toClient') };
  t.true(size.toServer >= 3 && size.toClient >= 3, 'a handshake with a cookie has three datagrams each way, at least');
  return size;
}

function isHandshake({ records }: Passage): boolean {
  return !records.some(({ type }) => type === ContentType.applicationData || type === ContentType.alert);
}

function singles(size: Record<Direction, number>): Losses[] {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...numbers(size.toServer).map((number) => ({ toServer: [number], toClient: [] })),
    ...numbers(size.toClient).map((number) => ({ toServer: [], toClient: [number] })),
  ];
}

function merge(first: Losses, second: Losses): Losses {
  return {
    toServer: [...first.toServer, ...second.toServer],
    toClient: [...first.toClient, ...second.toClient],
  };
}

/** One run for each plan; numbers count the datagrams of the handshake, repeated ones included. */
export async function runAll(t: ExecutionContext, pairing: Pairing, plans: Losses[]): Promise<number> {
  const waiting = [...plans];
  const worker = async (): Promise<void> => {
    for (let losses = waiting.shift(); losses; losses = waiting.shift()) await run(t, pairing, losses);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return plans.length;
}

async function run(t: ExecutionContext, pairing: Pairing, losses: Losses): Promise<FaultProxy> {
  const { serverPort, exchange } = await pairing();
  const proxy = attend(
    t,
    await FaultProxy.start({
      server: { port: serverPort },
      toServer: { rules: [nthOf(isHandshake, losses.toServer, { fate: 'lose' })] },
      toClient: { rules: [nthOf(isHandshake, losses.toClient, { fate: 'lose' })] },
    }),
  );
  try {
    await exchange(proxy.port);
  } catch (error) {
    t.log(
      `lost to the server: [${losses.toServer}], to the client: [${losses.toClient}]`,
      `\n${proxy.transcript().join('\n')}`,
    );
    throw error;
  }
  const lost = proxy.log.filter(({ fate }) => fate === 'lose').length;
  t.is(lost, losses.toServer.length + losses.toClient.length, 'every planned loss took place');
  return proxy;
}
