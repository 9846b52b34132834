import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TlsError } from '../index.js';
import { parsePattern } from '../swarm/pattern.js';
import { BenchError } from './bench-error.js';
import { allSteps, type Scenario } from './scenario.js';
import type { StepType } from './step-schema.js';
import type { BenchTarget } from './swarm-options.js';
import type { TargetReport, TargetSeat } from './target-seat.js';

const HOST = '127.0.0.1';
const LONGEST_END_MILLIS = 2_000;
const LONGEST_ANSWER_MILLIS = 2_000;

/**
 * A server for a scenario that has no target, in a process of its own, on loopback: an LwM2M server that echoes what is no
 * CoAP, or an echo server where no step is CoAP's. It knows the devices of the scenario.
 */
export class OwnTarget {
  /** Where it listens. */
  readonly address: BenchTarget;
  /** An LwM2M server, or one that echoes. */
  readonly kind: TargetSeat['kind'];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, kind: TargetSeat['kind'], address: BenchTarget) {
    this.#child = child;
    this.kind = kind;
    this.address = address;
  }

  /** Rejects with `ERR_INVALID_OPTION` when the scenario is for a certain target, and with what the server says. */
  static async start(scenario: Scenario): Promise<OwnTarget> {
    const seat = seatOf(scenario);
    const child = fork(fileURLToPath(new URL('./target-main.js', import.meta.url)), { serialization: 'advanced' });
    child.send(seat);
    const report = await Promise.race([nextReport(child), ended(child)]);
    if (report === undefined) throw new BenchError('ERR_TARGET_FAILED', 'the server of this run has not started');
    if ('failed' in report) throw new TlsError(report.failed.code, report.failed.message);
    if (!('listening' in report)) throw new BenchError('ERR_TARGET_FAILED', 'the server of this run is confused');
    return new OwnTarget(child, seat.kind, { host: report.listening.address, port: report.listening.port });
  }

  /** Process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What the server has counted; undefined when it does not answer any more. */
  async counters(): Promise<Readonly<Record<string, number>> | undefined> {
    if (!this.#child.connected) return undefined;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST_ANSWER_MILLIS);
    try {
      const answer = nextReport(this.#child, patience.signal);
      this.#child.send('counters');
      const report = await Promise.race([answer, ended(this.#child, patience.signal)]);
      return report !== undefined && 'counters' in report ? report.counters : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      patience.abort();
    }
  }

  /** Ends the server. Idempotent; never rejects. */
  async close(): Promise<void> {
    const { exitCode, signalCode, connected } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST_END_MILLIS);
    if (connected) this.#child.disconnect();
    await gone;
    clearTimeout(insist);
  }
}

/** Steps that any server answers, or that nobody does. */
const WITHOUT_COAP = new Set<StepType>([
  ...(['handshake', 'resume', 'wake', 'reboot', 'echo', 'send', 'idle', 'sleep', 'rebind', 'close'] as const),
]);

function seatOf(scenario: Scenario): TargetSeat {
  const { psk, devices, cipherSuites } = scenario;
  if (psk === undefined || devices === undefined) {
    throw new TlsError('ERR_INVALID_OPTION', 'target: a run with certificates, or with a file of devices, needs one');
  }
  const steps = allSteps(scenario);
  const observes = steps.some(({ type }) => type === 'notify');
  const kind = steps.every(({ type }) => WITHOUT_COAP.has(type)) ? 'echo' : 'lwm2m';
  const identity = parsePattern(psk.identity, 'psk.identity');
  const key = parsePattern(psk.key, 'psk.key', { secret: true });
  const credentials = Array.from({ length: devices }, (_, index) => [identity(index), key(index)] as const);
  return { kind, host: HOST, devices, credentials, observes, cipherSuites };
}

async function nextReport(child: ChildProcess, signal?: AbortSignal): Promise<TargetReport> {
  const [report] = (await once(child, 'message', signal === undefined ? {} : { signal })) as [TargetReport];
  return report;
}

async function ended(child: ChildProcess, signal?: AbortSignal): Promise<undefined> {
  await once(child, 'exit', signal === undefined ? {} : { signal });
}
