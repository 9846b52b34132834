/** Runs a handshake again and again and loses another of its datagrams each time. */
import type { ExecutionContext } from 'ava';
import { attend } from './attend.js';
import { ContentType, type DtlsRecord } from './dtls-records.js';
import { FaultProxy } from './fault-proxy.js';
import { type Direction, nthOf, type Passage, type Verdict } from './fault-rules.js';
import type { Pairing } from './pairings.js';

/** Numbers, from 1, of the datagrams to lose, or to do something else to. */
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

/** Each datagram of the handshake swapped with the one behind it, both directions; and every one of them sent twice. */
export async function sweepSwaps(t: ExecutionContext, pairing: Pairing): Promise<number> {
  const plans = singles(await measure(t, pairing));
  await runAll(t, pairing, plans, { fate: 'hold' });
  const all = Array.from({ length: 100 }, (_, index) => index + 1);
  await run(t, pairing, { toServer: all, toClient: all }, { fate: 'duplicate', copies: 1 });
  return plans.length + 1;
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

const lose: Verdict = { fate: 'lose' };

const lostHellos: Losses = { toServer: [1, 2], toClient: [] };

const lostHelloVerifyRequests: Losses[] = [
  { toServer: [], toClient: [1] },
  { toServer: [], toClient: [1, 2] },
];

/** Datagrams of an undisturbed handshake, without those that a busy machine repeats. */
async function measure(t: ExecutionContext, pairing: Pairing): Promise<Record<Direction, number>> {
  const proxy = await run(t, pairing, { toServer: [], toClient: [] });
  const size = { toServer: countOnce(proxy.entries('toServer')), toClient: countOnce(proxy.entries('toClient')) };
  t.true(size.toServer >= 3 && size.toClient >= 2, 'with a cookie there are three datagrams one way and two the other');
  return size;
}

function countOnce(entries: readonly Passage[]): number {
  const ends = new Map<string, number>();
  const isNew = ({ name, end }: Part): boolean => end > (ends.get(name) ?? -1);
  return entries.filter(isHandshake).filter(({ records }) => {
    const parts = records.flatMap(partsOf).filter(isNew);
    for (const { name, end } of parts) ends.set(name, end);
    return parts.length > 0;
  }).length;
}

/** What a repetition has in common with the first time: it may be cut elsewhere, but goes no further. */
interface Part {
  name: string;
  end: number;
}

function partsOf({ typeName, epoch, handshake }: DtlsRecord): Part[] {
  if (handshake.length === 0) return [{ name: `${typeName} ${epoch}`, end: 0 }];
  return handshake.map(({ name, messageSequence, fragmentOffset, fragmentLength }) => {
    return { name: `${name} ${messageSequence}`, end: fragmentOffset + fragmentLength };
  });
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
export async function runAll(
  t: ExecutionContext,
  pairing: Pairing,
  plans: Losses[],
  verdict: Verdict = lose,
): Promise<number> {
  const waiting = [...plans];
  const worker = async (): Promise<void> => {
    for (let losses = waiting.shift(); losses; losses = waiting.shift()) await run(t, pairing, losses, verdict);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return plans.length;
}

async function run(t: ExecutionContext, pairing: Pairing, losses: Losses, verdict = lose): Promise<FaultProxy> {
  const { serverPort, exchange } = await pairing();
  const proxy = attend(
    t,
    await FaultProxy.start({
      server: { port: serverPort },
      toServer: { rules: [nthOf(isHandshake, losses.toServer, verdict)] },
      toClient: { rules: [nthOf(isHandshake, losses.toClient, verdict)] },
    }),
  );
  try {
    await exchange(proxy.port);
    if (verdict === lose) {
      const lost = proxy.log.filter(({ fate }) => fate === 'lose').length;
      t.is(lost, losses.toServer.length + losses.toClient.length, 'every planned loss took place');
    }
  } catch (error) {
    t.log(
      `${verdict.fate} to the server: [${losses.toServer}], to the client: [${losses.toClient}]`,
      `\n${proxy.transcript().join('\n')}`,
    );
    throw error;
  }
  return proxy;
}
