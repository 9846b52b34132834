import { setTimeout as delay } from 'node:timers/promises';
import { Lwm2mServer, SimulatedDevice } from '../lwm2m/index.js';
import { randomCredentials } from './credentials.js';
import { demoReport, type TrafficTotals } from './demo-report.js';
import { ExitCode } from './exit-codes.js';
import { Fleet } from './fleet.js';
import { watchInterrupts } from './interrupt.js';
import { settledResidentBytes } from './memory-probe.js';
import { createProgress, type Progress } from './progress.js';
import { Tally } from './tally.js';

export interface DemoOptions {
  devices: number;
  concurrency: number;
  updates: number;
  cipherSuites?: (string | number)[];
}

/** Devices that go through everything before anything is counted: code, tables and sockets exist from then on. */
const WARM_UP_DEVICES = 4;
const LONGEST_GOODBYE_MILLIS = 1_000;
const HOST = '127.0.0.1';

/**
 * `lwm2m-tls demo`: an LwM2M server and simulated devices in this process, on loopback, with random keys. All devices
 * register, then update, then leave; the table at the end is on stdout. Resolves with the exit code: 1 when anything failed.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const interrupt = watchInterrupts();
  const credentials = randomCredentials(options.devices, 'device-');
  const warmUpCredentials = randomCredentials(WARM_UP_DEVICES, 'warm-up-');
  const { cipherSuites } = options;
  const psk = new Map([...credentials, ...warmUpCredentials].map(({ identity, key }) => [identity, key]));
  const server = new Lwm2mServer({ psk, cipherSuites });
  const { port } = await server.listen({ host: HOST, port: 0 });
  const toDevice = (credential: { identity: string; key: Buffer }) =>
    new SimulatedDevice({ host: HOST, port, psk: credential, cipherSuites, signal: interrupt.signal });
  console.error(`LwM2M server on coaps://${HOST}:${port}, ${options.devices} simulated devices`);

  await runStages(new Fleet(warmUpCredentials.map(toDevice), new Tally(), 1, interrupt.signal), 1, silent);
  await allGone(server);
  const tally = new Tally();
  const fleet = new Fleet(credentials.map(toDevice), tally, options.concurrency, interrupt.signal);
  const residentBefore = settledResidentBytes();
  const before = trafficOf(server);
  const startedAt = performance.now();
  let memoryPerPeer: number | undefined;
  try {
    await runStages(fleet, options.updates, createProgress(), () => {
      if (fleet.size > 0) memoryPerPeer = (settledResidentBytes() - residentBefore) / fleet.size;
    });
  } finally {
    await fleet.close();
  }
  await allGone(server);
  const traffic = difference(trafficOf(server), before);
  const seconds = (performance.now() - startedAt) / 1_000;
  await server.close();
  interrupt.release();

  console.log(demoReport({ tally, traffic, memoryPerPeer, seconds, interrupted: interrupt.signal.aborted }));
  return interrupt.exitCode() ?? (tally.failures > 0 ? ExitCode.failure : ExitCode.ok);
}

/** `atPlateau` is called once, when every device that has not failed is registered and nothing is under way. */
async function runStages(fleet: Fleet, updates: number, progress: Progress, atPlateau = (): void => {}): Promise<void> {
  const stage = async (name: string, run: (onDevice: () => void) => Promise<void>): Promise<void> => {
    progress.start(name, fleet.size);
    try {
      await run(() => progress.step());
    } finally {
      progress.finish();
    }
  };
  await stage('registering', (onDevice) => fleet.bringUp(onDevice));
  if (!fleet.aborted) atPlateau();
  for (let update = 1; update <= updates && !fleet.aborted; update += 1) {
    await stage(updates === 1 ? 'updating' : `update ${update}/${updates}`, (onDevice) => fleet.update(onDevice));
  }
  if (!fleet.aborted) await stage('leaving', (onDevice) => fleet.leave(onDevice));
}

/** Waits, not for long, until the server has read the goodbyes: they belong to the traffic. */
async function allGone(server: Lwm2mServer): Promise<void> {
  const deadline = performance.now() + LONGEST_GOODBYE_MILLIS;
  while (server.dtls.connections > 0 && performance.now() < deadline) await delay(5);
}

function trafficOf(server: Lwm2mServer): TrafficTotals {
  const dtls = server.dtls.counters();
  const lwm2m = server.counters();
  return {
    messagesReceived: lwm2m.messagesReceived,
    messagesSent: lwm2m.messagesSent,
    datagramsReceived: dtls.datagramsReceived,
    datagramsSent: dtls.datagramsSent,
    flightsRetransmitted: dtls.flightsRetransmitted,
  };
}

function difference(now: TrafficTotals, before: TrafficTotals): TrafficTotals {
  return {
    messagesReceived: now.messagesReceived - before.messagesReceived,
    messagesSent: now.messagesSent - before.messagesSent,
    datagramsReceived: now.datagramsReceived - before.datagramsReceived,
    datagramsSent: now.datagramsSent - before.datagramsSent,
    flightsRetransmitted: now.flightsRetransmitted - before.flightsRetransmitted,
  };
}

const silent: Progress = { start() {}, step() {}, finish() {} };
