import { arrivalTimes } from './arrivals.js';
import type { BenchDevice } from './bench-device.js';
import { BenchError } from './bench-error.js';
import { Pacer } from './pacer.js';
import type { LoadSettings } from './scenario-schema.js';
import { runStep, type StepContext, StepFailed } from './step-actions.js';
import type { Step } from './step-schema.js';

export interface PhaseOptions {
  readonly devices: readonly BenchDevice[];
  readonly load: LoadSettings;
  readonly stepsOf: (device: BenchDevice) => readonly Step[];
  /** Of each device. */
  readonly repeats: number;
  /** Seconds; undefined: when the repeats are done. */
  readonly duration?: number | undefined;
  /** Seconds that what is under way may take after `duration`. */
  readonly grace: number;
  readonly context: Omit<StepContext, 'pacer'>;
}

/** Arrivals that begin without a turn of the event loop between them, when they are late. */
const LARGEST_BURST = 64;
/** A device that failed waits, in a closed loop: what fails at once would keep the event loop busy with failures otherwise. */
const PAUSE_AFTER_FAILURE_MILLIS = 100;

/** Devices that go through the same part of a scenario together, as its load says. */
export class Phase {
  readonly #options: PhaseOptions;
  readonly #pacer = new Pacer();
  readonly #context: StepContext;
  readonly #failed = new Set<BenchDevice>();
  readonly #underWay = new Set<Promise<void>>();
  #done = 0;
  #startedAt = 0;

  constructor(options: PhaseOptions) {
    this.#options = options;
    this.#context = { ...options.context, pacer: this.#pacer };
  }

  /** Devices of which an iteration has failed. */
  get failed(): ReadonlySet<BenchDevice> {
    return this.#failed;
  }

  /** How much of it is done, 0 to 1. */
  get progress(): number {
    const { devices, repeats, duration } = this.#options;
    const ofRepeats = this.#done / (devices.length * repeats);
    if (duration === undefined) return ofRepeats;
    return Math.min(1, Math.max(ofRepeats, (performance.now() - this.#startedAt) / (duration * 1_000)));
  }

  /** Resolves when all iterations are done, the duration is over, or `stop()` was called. */
  async run(): Promise<void> {
    const { load, duration, grace, devices, repeats } = this.#options;
    this.#startedAt = performance.now();
    for (const device of devices) {
      device.remaining = repeats;
      device.backlog.length = 0;
    }
    const end = duration === undefined ? undefined : setTimeout(() => this.stop(), duration * 1_000);
    await (load.arrivalRate === undefined ? this.#closedLoop() : this.#openLoop());
    const patience = new Pacer();
    const ended = Promise.all(this.#underWay).then(() => patience.stop());
    if (duration !== undefined) {
      const left = this.#startedAt + duration * 1_000 - performance.now();
      await patience.pause(Math.max(0, left) + grace * 1_000);
      this.abort(new BenchError('ERR_UNFINISHED', 'it was still under way when the run ended'));
    }
    await ended;
    clearTimeout(end);
    this.#pacer.stop();
    this.#countBacklog();
  }

  /** No further step begins, and waits end; what the target is to answer is waited for. */
  stop(): void {
    this.#pacer.stop();
  }

  /** As `stop()`, and what is under way fails with `reason`. */
  abort(reason: Error): void {
    this.stop();
    for (const device of this.#options.devices) if (device.busy) device.abandon(reason);
  }

  async #openLoop(): Promise<void> {
    const { devices, load, repeats, context } = this.#options;
    const times = arrivalTimes(load, context.random);
    const total = devices.length * repeats;
    let burst = 0;
    for (let arrival = 0; arrival < total; arrival += 1) {
      const due = this.#startedAt + times.next().value;
      if (performance.now() < due || burst === LARGEST_BURST) {
        burst = 0;
        await new Promise((resolve) => setImmediate(resolve));
        await this.#pacer.until(due);
      }
      if (this.#pacer.stopped) return;
      burst += 1;
      const device = devices[arrival % devices.length] as BenchDevice;
      if (device.busy) device.backlog.push(due);
      else this.#begin(this.#iterations(device, due));
    }
  }

  /** One iteration, and those that have become due meanwhile. */
  async #iterations(device: BenchDevice, due: number): Promise<void> {
    device.busy = true;
    await this.#iteration(device, due);
    while (device.backlog.length > 0 && !this.#pacer.stopped) {
      await this.#iteration(device, device.backlog.shift() as number);
    }
    device.busy = false;
  }

  async #closedLoop(): Promise<void> {
    const { devices, load } = this.#options;
    const concurrency = Math.min(load.concurrency ?? 1, devices.length);
    const queue = new DeviceQueue(devices);
    for (let worker = 0; worker < concurrency; worker += 1) {
      this.#begin(this.#work(queue, (load.rampUp * 1_000 * worker) / concurrency));
    }
  }

  async #work(queue: DeviceQueue, delay: number): Promise<void> {
    await this.#pacer.pause(delay);
    for (let device = queue.take(); device !== undefined && !this.#pacer.stopped; device = queue.take()) {
      device.busy = true;
      const succeeded = await this.#iteration(device, performance.now());
      device.busy = false;
      device.remaining -= 1;
      if (device.remaining > 0) queue.add(device);
      if (!succeeded && device.remaining > 0) await this.#pacer.pause(PAUSE_AFTER_FAILURE_MILLIS);
    }
  }

  /** Resolves with whether all went well. */
  async #iteration(device: BenchDevice, due: number): Promise<boolean> {
    let stepDue = due;
    let succeeded = true;
    try {
      for (const step of this.#options.stepsOf(device)) {
        await runStep(step, device, stepDue, this.#context);
        if (this.#pacer.stopped) break;
        stepDue = performance.now();
      }
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      succeeded = false;
      this.#failed.add(device);
    }
    this.#done += 1;
    return succeeded;
  }

  #begin(iterations: Promise<void>): void {
    const tracked = iterations.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  /** What was due and has not begun is no success: its wait would have been the longest. */
  #countBacklog(): void {
    const { devices, context } = this.#options;
    const count = devices.reduce((sum, { backlog }) => sum + backlog.length, 0);
    if (count === 0 || context.isOver()) return;
    const error = new BenchError('ERR_BACKLOG', 'iterations were due and did not begin: their devices were still busy');
    context.measures.countFailure('iteration', error, count);
  }
}

/** First in, first out. */
class DeviceQueue {
  #devices: BenchDevice[];
  #head = 0;

  constructor(devices: readonly BenchDevice[]) {
    this.#devices = [...devices];
  }

  add(device: BenchDevice): void {
    this.#devices.push(device);
  }

  take(): BenchDevice | undefined {
    const device = this.#devices[this.#head];
    this.#head += 1;
    if (this.#head * 2 > this.#devices.length) {
      this.#devices = this.#devices.slice(this.#head);
      this.#head = 0;
    }
    return device;
  }
}
