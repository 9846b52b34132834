import {
  type Events,
  type Helpers,
  promised,
  type ScenarioSpec,
  type Script,
  type StepCallback,
  type StepFunction,
  type VirtualUser,
} from './artillery.js';
import { Device } from './device.js';
import { codeOf } from './engine-error.js';
import { type EngineSettings, parseEngineOptions } from './engine-options.js';
import { compileFlow } from './flow.js';
import { CountedError, Measures } from './measures.js';
import type { StepContext } from './steps.js';

export type { EngineOptions } from './engine-options.js';

/**
 * What Artillery makes of `config.engines: { 'lwm2m-tls': {} }`: each virtual user is a device with a DTLS association. A
 * script that cannot be run fails each of its virtual users, with `errors.<code>`; what is wrong is printed once.
 */
// biome-ignore lint/style/noDefaultExport: Artillery takes an engine from there
export default class Lwm2mTlsEngine {
  readonly #script: Script;
  readonly #helpers: Helpers;
  readonly #settings: EngineSettings | undefined;
  readonly #problem: unknown;
  readonly #known = new Map<number, Device>();
  #users = 0;

  constructor(script: Script, _events: unknown, helpers: Helpers) {
    this.#script = script;
    this.#helpers = helpers;
    try {
      this.#settings = parseEngineOptions(script);
    } catch (error) {
      this.#problem = error;
    }
  }

  createScenario(spec: ScenarioSpec, events: Events): (user: VirtualUser, callback: StepCallback) => void {
    const measures = new Measures(events);
    const contexts = new WeakMap<VirtualUser, StepContext>();
    let steps: StepFunction[] = [];
    let problem = this.#problem;
    try {
      const contextOf = (user: VirtualUser): StepContext => contexts.get(user) as StepContext;
      const context = { script: this.#script, helpers: this.#helpers, contextOf, events };
      steps = compileFlow(spec.flow, context, `scenario ${spec.name ?? 'without a name'}, flow`);
    } catch (error) {
      problem ??= error;
    }
    if (problem !== undefined) report(problem);

    return (user, callback) => {
      events.emit('started');
      const settings = this.#settings;
      if (problem !== undefined || settings === undefined) {
        measures.error(problem);
        callback(problem as Error, user);
        return;
      }
      const device = this.#nextDevice(settings);
      contexts.set(user, { device, measures, user });
      this.#run(settings, device, steps, user).then(
        () => callback(null, user),
        (error) => {
          const cause = error instanceof CountedError ? error.cause : error;
          if (isOfTheScript(cause)) report(cause);
          measures.error(error);
          callback(error, user);
        },
      );
    };
  }

  async #run(settings: EngineSettings, device: Device, steps: StepFunction[], user: VirtualUser): Promise<void> {
    user.vars['$device'] = device.number;
    device.begin(() => settings.deviceOptions(device.number, user.vars));
    user.vars['$endpoint'] = device.simulated.endpoint;
    try {
      for (const step of steps) await promised(step, user);
    } finally {
      await device.end();
    }
  }

  /** Each worker of this machine has every n-th device. */
  #nextDevice({ devices, firstDevice, sessions }: EngineSettings): Device {
    const { worker = 1, totalWorkers = 1 } = this.#script.config.phases?.[0] ?? {};
    const own = devices === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil((devices - worker + 1) / totalWorkers);
    const number = firstDevice + (this.#users % Math.max(own, 1)) * totalWorkers + worker - 1;
    this.#users += 1;
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const device = new Device(number, sessions);
    if (devices !== undefined) this.#known.set(number, device);
    return device;
  }
}

/** Wrong in the script, and found only when its templates were filled in or `connect()` looked at it. */
function isOfTheScript(error: unknown): boolean {
  return /^ERR_(INVALID|UNKNOWN)_(?!PSK_IDENTITY)/.test(codeOf(error));
}

const reported = new Set<string>();

/** Once, for people; and the exit code of the test run. */
function report(problem: unknown): void {
  const { message } = problem as Error;
  if (reported.has(message)) return;
  reported.add(message);
  console.error(`artillery-engine-lwm2m-tls: ${codeOf(problem)}: ${message}`);
  const { artillery } = globalThis as { artillery?: { suggestedExitCode?: number } };
  if (artillery !== undefined) artillery.suggestedExitCode = 1;
}
