import { resolveHost } from '../resolve-host.js';
import { Swarm, type SwarmDevice } from '../swarm/index.js';
import { BenchDevice } from './bench-device.js';
import { BenchError } from './bench-error.js';
import type { BenchProgress } from './bench-progress.js';
import type { BenchResult } from './bench-result.js';
import { assignFlows } from './flow-assignment.js';
import { Phase, type PhaseOptions } from './phase.js';
import { RunMeasures } from './run-measures.js';
import type { RunOptions } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import type { FlowSettings, LoadSettings } from './scenario-schema.js';
import { SeededRandom } from './seeded-random.js';
import { type BenchTarget, swarmOptions } from './swarm-options.js';
import { TargetLiveness } from './target-liveness.js';
import { benchVersions } from './versions.js';

/** How often memory is sampled and the target is looked at. */
const LOOK_MILLIS = 250;

type PhaseName = BenchProgress['phase'];
type Hooks = Pick<RunOptions, 'signal' | 'onProgress' | 'serverCounters'>;

/** One run of a scenario: the fleet, its phases one after the other, and what is measured meanwhile. */
export class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #target: BenchTarget;
  readonly #hooks: Hooks;
  readonly #random: SeededRandom;
  readonly #devices: BenchDevice[] = [];
  #measures = new RunMeasures(0);
  #startedAt = 0;
  #swarm: Swarm | undefined;
  #phase: { name: PhaseName; phase: Phase } | undefined;
  #end: BenchResult['end'] = 'completed';

  constructor(scenario: Scenario, target: BenchTarget, hooks: Hooks) {
    this.#scenario = scenario;
    this.#target = target;
    this.#hooks = hooks;
    this.#random = new SeededRandom(scenario.seed);
  }

  /** Once. Rejects when the fleet cannot be made. */
  async run(): Promise<BenchResult> {
    const rssAtStart = process.memoryUsage.rss();
    const cpuAtStart = process.cpuUsage();
    const startedAt = new Date();
    this.#startedAt = performance.now();
    this.#measures = new RunMeasures(this.#startedAt);
    this.#measures.sampleMemory(rssAtStart);
    const swarm = new Swarm(await swarmOptions(this.#scenario, this.#target));
    await swarm.open();
    const { address } = await resolveHost(this.#target.host, 0);
    this.#swarm = swarm;
    const unwatch = this.#watch(swarm.size);
    try {
      this.#populate(swarm);
      await this.#phases();
      if (this.#end === 'completed' && this.#nothingSucceeded()) this.#end = 'target-lost';
      const server = await this.#hooks.serverCounters?.();
      const durationSeconds = (performance.now() - this.#startedAt) / 1_000;
      unwatch();
      const cpu = process.cpuUsage(cpuAtStart);
      return {
        format: 'lwm2m-tls-bench',
        formatVersion: 1,
        scenario: this.#scenario.name,
        configuration: withoutKeys(this.#scenario),
        target: { ...this.#target, address },
        devices: swarm.size,
        startedAt: startedAt.toISOString(),
        durationSeconds,
        end: this.#end,
        versions: benchVersions(),
        operations: this.#measures.operations(),
        failures: this.#measures.failures(),
        series: this.#measures.series(this.#scenario.interval),
        cpu: { userSeconds: cpu.user / 1e6, systemSeconds: cpu.system / 1e6 },
        memory: { rssAtStart, rssPeak: this.#measures.rssPeak },
        counters: { ...swarm.counters(), ...(this.#scenario.faults && faultCounters(swarm)) },
        ...(server === undefined ? {} : { server }),
        thresholds: [],
      };
    } finally {
      unwatch();
      await swarm.close();
    }
  }

  #populate(swarm: Swarm): void {
    const { transmission, flows } = this.#scenario;
    for (const [index, flow] of assignFlows(flows, swarm.size).entries()) {
      const swarmDevice = swarm.device(index);
      const device = new BenchDevice(swarmDevice, flow, transmission, this.#random);
      swarmDevice.context = device;
      this.#devices.push(device);
    }
    swarm.on('error', (error) => {
      this.#measures.countFailure('fleet', error);
      this.#stop('target-lost');
    });
    swarm.onMessage = ({ context }: SwarmDevice, message: Buffer) => (context as BenchDevice).receive(message);
    swarm.onClosed = ({ context }: SwarmDevice, error: Error | undefined) =>
      this.#onClosed(context as BenchDevice, error);
  }

  /** An association has ended, and not because the device wanted it. */
  #onClosed(device: BenchDevice, error: Error | undefined): void {
    const reason = error ?? new BenchError('ERR_CLOSED', 'the target has ended the association');
    device.lastError = reason;
    const isTold = device.exchange.fail(reason) || device.watched;
    if (!isTold && !this.#isOver()) this.#measures.countFailure('association', reason);
  }

  async #phases(): Promise<void> {
    const {
      load,
      setupLoad,
      duration,
      repeats = duration === undefined ? 1 : Number.POSITIVE_INFINITY,
    } = this.#scenario;
    const failed = await this.#runPhase('setup', this.#devices, setupLoad, ({ setup }) => setup);
    for (const device of failed) device.swarmDevice.close();
    const ready = this.#devices.filter((device) => !failed.has(device));
    await this.#runPhase('steps', ready, load, ({ steps }) => steps, repeats, duration);
    const left = ready.filter(({ abandoned }) => abandoned === undefined);
    await this.#runPhase('teardown', left, setupLoad, ({ teardown }) => teardown);
  }

  /** Resolves with the devices that failed in it. */
  async #runPhase(
    name: PhaseName,
    devices: readonly BenchDevice[],
    load: LoadSettings,
    stepsOf: (flow: FlowSettings) => PhaseSteps,
    repeats = 1,
    duration?: number,
  ): Promise<ReadonlySet<BenchDevice>> {
    const some = devices.filter(({ flow }) => stepsOf(flow).length > 0);
    if (some.length === 0 || this.#end !== 'completed') return new Set();
    const context = { measures: this.#measures, random: this.#random, isOver: () => this.#isOver() };
    const { lostAfter: grace } = this.#scenario;
    const phase = new Phase({
      devices: some,
      load,
      stepsOf: ({ flow }) => stepsOf(flow),
      repeats,
      duration,
      grace,
      context,
    });
    this.#phase = { name, phase };
    await phase.run();
    return phase.failed;
  }

  /** Looks after the run until the returned function is called. */
  #watch(devices: number): () => void {
    const { signal } = this.#hooks;
    const { lostAfter, load, interval } = this.#scenario;
    const liveness = new TargetLiveness({ lostAfter, devices, atOnce: load.concurrency ?? devices });
    let lookedAt = performance.now();
    const look = setInterval(() => {
      const now = performance.now();
      this.#measures.sampleMemory(process.memoryUsage.rss());
      if (liveness.isLost(this.#measures.answers, now - lookedAt)) this.#stop('target-lost');
      lookedAt = now;
    }, LOOK_MILLIS);
    const tick = setInterval(() => this.#endInterval(), interval);
    const onAbort = (): void => this.#stop('interrupted');
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      clearInterval(look);
      clearInterval(tick);
      signal?.removeEventListener('abort', onAbort);
      this.#endInterval();
    };
  }

  #endInterval(): void {
    const measures = this.#measures;
    const { peers, peersHandshaking } = (this.#swarm as Swarm).counters();
    const connected = peers - peersHandshaking;
    const { onProgress } = this.#hooks;
    if (onProgress !== undefined && this.#phase !== undefined) {
      const { succeeded, failed, operations } = measures.now();
      const inInterval = Object.values(operations).reduce((sum, operation) => sum + operation.succeeded, 0);
      onProgress({
        phase: this.#phase.name,
        fraction: this.#phase.phase.progress,
        elapsedSeconds: (performance.now() - this.#startedAt) / 1_000,
        connected,
        devices: this.#devices.length,
        succeeded,
        failed,
        rate: (inInterval * 1_000) / this.#scenario.interval,
        operations,
      });
    }
    measures.endInterval(connected, process.memoryUsage.rss());
  }

  #stop(end: 'interrupted' | 'target-lost'): void {
    if (this.#end !== 'completed') return;
    const reason = new BenchError('ERR_UNFINISHED', 'it was still under way when the run ended');
    this.#end = end;
    this.#phase?.phase.abort(reason);
  }

  /** After an interruption, failures are our own doing. */
  #isOver(): boolean {
    return this.#end === 'interrupted';
  }

  #nothingSucceeded(): boolean {
    const { succeeded, failed } = this.#measures.answers;
    return succeeded === 0 && failed > 0;
  }
}

type PhaseSteps = ReturnType<PhaseOptions['stepsOf']>;

function withoutKeys({ psk, ...scenario }: Scenario): Record<string, unknown> {
  const { identity } = psk ?? {};
  return { ...scenario, ...(identity === undefined ? {} : { psk: { identity } }) };
}

/** What the bad network has done, beside the other counters. */
function faultCounters(swarm: Swarm): Record<string, number> {
  const { send, receive } = swarm.faults.counters();
  const named = ([direction, counters]: [string, object]) =>
    Object.entries(counters)
      .filter(([name, count]) => name !== 'datagrams' && typeof count === 'number' && count > 0)
      .map(([name, count]) => [`faults.${direction}.${name}`, count as number]);
  return Object.fromEntries(Object.entries({ send, receive }).flatMap(named));
}
