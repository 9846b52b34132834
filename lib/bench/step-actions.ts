import type { BenchDevice } from './bench-device.js';
import { BenchError } from './bench-error.js';
import type { Pacer } from './pacer.js';
import type { RunMeasures } from './run-measures.js';
import type { SeededRandom } from './seeded-random.js';
import type { Step, StepOf, StepType } from './step-schema.js';

/** What the steps of all devices share. */
export interface StepContext {
  readonly measures: RunMeasures;
  readonly random: SeededRandom;
  /** Of the phase: its waits end with it. */
  readonly pacer: Pacer;
  /** Whether the run is over: what fails from then on does so because of that. */
  isOver(): boolean;
}

/** Ends an iteration; it is counted already. */
export class StepFailed extends Error {}

type Action<Type extends StepType> = (
  step: StepOf<Type>,
  device: BenchDevice,
  due: number,
  context: StepContext,
) => Promise<void>;

/** What the result calls the operations whose steps have no name of their own. */
const operationNames: Partial<Record<StepType, string>> = { resume: 'resumption' };

const actions: { readonly [Type in StepType]: Action<Type> } = {
  handshake: async (step, device, due, context) => {
    device.swarmDevice.close();
    await answered(step, device, due, context, () => device.swarmDevice.connect({ resume: false }));
  },
  resume: resumed,
  wake: resumed,
  reboot: async (step, device, due, context) => {
    device.swarmDevice.forget();
    device.swarmDevice.forgetSession();
    device.loseState();
    await answered(step, device, due, context, () => device.swarmDevice.connect({ resume: false }));
  },
  register: async (step, device, due, context) => {
    const { lifetime, version, binding = 'U', objects = '</1/0>,</3/0>' } = step;
    const query = [`lwm2m=${version}`, `b=${binding}`];
    if (lifetime !== undefined) query.push(`lt=${lifetime}`);
    await answered(step, device, due, context, () => device.register(query, objects));
  },
  update: async (step, device, due, context) => {
    const query: string[] = [];
    if (step.lifetime !== undefined) query.push(`lt=${step.lifetime}`);
    if (step.binding !== undefined) query.push(`b=${step.binding}`);
    await atRate(step, due, context, (each) =>
      answered(step, device, each, context, () => device.update(query, step.objects)),
    );
  },
  deregister: async (step, device, due, context) => {
    await answered(step, device, due, context, () => device.deregister());
  },
  ping: async (step, device, due, context) => {
    await atRate(step, due, context, (each) => answered(step, device, each, context, () => device.exchange.ping()));
  },
  echo: async (step, device, due, context) => {
    const { size, timeout } = step;
    await atRate(step, due, context, (each) => {
      const datagram = payload(size, context.random);
      return answered(step, device, each, context, () => device.exchange.echo(datagram, timeout * 1_000));
    });
  },
  send: async (step, device, due, context) => {
    await atRate(step, due, context, async (each) => {
      const operation = context.measures.start(operationName(step), each, false);
      try {
        device.send(payload(step.size, context.random));
        context.measures.succeed(operation);
      } catch (error) {
        context.measures.fail(operation, error);
        throw new StepFailed();
      }
    });
  },
  notify: async (step, device, due, context) => {
    await atRate(step, due, context, (each) =>
      answered(step, device, each, context, () => device.notify(String(context.random.below(1_000)))),
    );
  },
  idle: async (step, device, due, context) => {
    const operation = context.measures.start(operationName(step), due, false);
    device.watched = true;
    device.lastError = undefined;
    await context.pacer.pause(context.random.spread(step.seconds, step.jitter) * 1_000);
    device.watched = false;
    if (context.isOver()) return;
    if (device.connected) {
      context.measures.succeed(operation);
      return;
    }
    context.measures.fail(operation, device.lastError ?? new BenchError('ERR_CLOSED', 'the association has ended'));
    throw new StepFailed();
  },
  sleep: async (step, device, _due, context) => {
    device.swarmDevice.forget();
    await context.pacer.pause(context.random.spread(step.seconds, step.jitter) * 1_000);
  },
  rebind: async (_step, device) => {
    device.swarmDevice.rebind();
  },
  close: async (_step, device) => {
    device.swarmDevice.close();
  },
};

/** One step of a device, counted. Rejects with `StepFailed` when the iteration is to end. */
export async function runStep(step: Step, device: BenchDevice, due: number, context: StepContext): Promise<void> {
  await (actions[step.type] as Action<StepType>)(step, device, due, context);
}

function operationName({ type, name }: Step): string {
  return name ?? operationNames[type] ?? type;
}

async function resumed(
  step: StepOf<'resume'> | StepOf<'wake'>,
  device: BenchDevice,
  due: number,
  context: StepContext,
): Promise<void> {
  device.swarmDevice.close();
  await answered(step, device, due, context, async () => {
    await device.swarmDevice.connect({ resume: true });
    if (device.swarmDevice.resumed || step.allowFull) return;
    throw new BenchError('ERR_NOT_RESUMED', 'the handshake was a full one: the target has not resumed the session');
  });
}

/** Runs what the target answers, and counts how that went. */
async function answered(
  step: Step & { expect?: 'success' | 'no-answer' },
  device: BenchDevice,
  due: number,
  { measures, isOver }: StepContext,
  run: () => Promise<void>,
): Promise<void> {
  const operation = measures.start(operationName(step), due);
  let failure: unknown;
  try {
    await run();
    if (step.expect === 'no-answer') {
      failure = new BenchError('ERR_UNEXPECTED_ANSWER', 'the target answered, though it may not');
    }
  } catch (error) {
    const isExpected = step.expect === 'no-answer' && (error as { code?: unknown }).code === 'ETIMEDOUT';
    if (!isExpected || device.abandoned !== undefined) failure = device.abandoned ?? error;
  }
  if (isOver()) return;
  if (failure === undefined) {
    measures.succeed(operation);
    return;
  }
  measures.fail(operation, failure);
  throw new StepFailed();
}

/** `count` times, each due at its time when there is a rate, else when the one before is done. The first failure ends it. */
async function atRate(
  { count, rate }: { count: number; rate?: number | undefined },
  due: number,
  { pacer }: StepContext,
  run: (due: number) => Promise<void>,
): Promise<void> {
  for (let index = 0; index < count && !pacer.stopped; index += 1) {
    if (rate === undefined) {
      await run(index === 0 ? due : performance.now());
      continue;
    }
    const each = due + (index * 1_000) / rate;
    await pacer.until(each);
    if (pacer.stopped) return;
    await run(each);
  }
}

/** Random bytes that no CoAP message begins with: version 0 (RFC 7252, 3). */
function payload(size: number, random: SeededRandom): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at += 4) {
    const word = random.below(4_294_967_296);
    for (let offset = at; offset < Math.min(at + 4, size); offset += 1)
      bytes[offset] = (word >>> (8 * (offset - at))) & 0xff;
  }
  bytes[0] = (bytes[0] as number) & 0x3f;
  return bytes;
}
