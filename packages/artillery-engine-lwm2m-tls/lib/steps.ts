import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { VirtualUser } from './artillery.js';
import type { Device } from './device.js';
import { EngineError } from './engine-error.js';
import { flag, integer, number, record, text } from './fields.js';
import type { Measures } from './measures.js';

/** What a step works on. */
export interface StepContext {
  readonly device: Device;
  readonly measures: Measures;
  readonly user: VirtualUser;
}

export type Step = (context: StepContext) => Promise<void>;

/** Makes a step of what stands behind its name, its templates filled in. Throws an `EngineError`. */
export type StepMaker = (options: unknown, where: string) => Step;

const MILLISECONDS = 1_000;
const MAX_WAIT_SECONDS = 604_800;
const MAX_MESSAGE = 16_384;

/** The steps of the stress bench that an engine of one socket per virtual user can have, by their names there. */
export const stepMakers: Readonly<Record<string, StepMaker>> = {
  handshake: (options, where) => {
    const operation = operationOf(record(options, where, ['name']), where, 'handshake');
    return ({ device, measures }) => measures.time(operation, () => handshake(device, measures));
  },
  connect: (options, where) => make('handshake', options, where),
  resume: (options, where) => resumption(options, where, 'resumption'),
  wake: (options, where) => resumption(options, where, 'wake'),
  reboot: (options, where) => {
    const operation = operationOf(record(options, where, ['name']), where, 'reboot');
    return ({ device, measures }) => {
      device.loseState();
      return measures.time(operation, () => handshake(device, measures));
    };
  },
  register: (options, where) => {
    const given = record(options, where, ['name']);
    const operation = operationOf(given, where, 'register');
    return ({ device, measures }) =>
      measures.time(operation, async () => {
        const { retransmissions } = await device.simulated.register();
        measures.count('retransmissions', retransmissions);
      });
  },
  update: (options, where) => {
    const { name, ...change } = record(options, where, ['name', 'lifetime', 'binding', 'objects']);
    const operation = operationOf({ name }, where, 'update');
    return ({ device, measures }) =>
      measures.time(operation, async () => {
        const { retransmissions } = await device.simulated.update(change);
        measures.count('retransmissions', retransmissions);
      });
  },
  deregister: (options, where) => {
    const operation = operationOf(record(options, where, ['name']), where, 'deregister');
    return ({ device, measures }) =>
      measures.time(operation, async () => {
        const { retransmissions } = await device.simulated.deregister();
        measures.count('retransmissions', retransmissions);
      });
  },
  ping: (options, where) => {
    const given = record(options, where, ['name', 'count', 'rate', 'timeout']);
    const operation = operationOf(given, where, 'ping');
    const timeout = timeoutOf(given, where);
    return repeated(given, where, ({ device, measures }) => measures.time(operation, () => device.ping(timeout)));
  },
  echo: (options, where) => {
    const given = record(options, where, ['name', 'count', 'rate', 'size', 'payload', 'timeout']);
    const operation = operationOf(given, where, 'echo');
    const message = messageOf(given, where, 8);
    const timeout = timeoutOf(given, where);
    return repeated(given, where, ({ device, measures }) =>
      measures.time(operation, () => device.echo(message(), timeout)),
    );
  },
  send: (options, where) => {
    const given = record(options, where, ['name', 'count', 'rate', 'size', 'payload']);
    const operation = operationOf(given, where, 'send');
    const message = messageOf(given, where, 1);
    return repeated(given, where, ({ device, measures }) =>
      measures.time(operation, async () => device.socket.send(message())),
    );
  },
  idle: (options, where) => {
    const given = record(options, where, ['name', 'seconds', 'jitter']);
    const operation = operationOf(given, where, 'idle');
    const wait = waitOf(given, where);
    return async ({ device, measures }) => {
      await pause(wait());
      await measures.time(operation, async () => void device.socket);
    };
  },
  sleep: (options, where) => {
    const wait = waitOf(record(options, where, ['seconds', 'jitter']), where);
    return async ({ device }) => {
      device.sleep();
      await pause(wait());
    };
  },
  close: (options, where) => {
    record(options, where, []);
    return ({ device }) => device.simulated.close();
  },
};

function make(name: string, options: unknown, where: string): Step {
  return (stepMakers[name] as StepMaker)(options, where);
}

async function handshake(device: Device, measures: Measures): Promise<void> {
  await device.connect({ resume: false });
  measures.count('handshakes.full');
}

function resumption(options: unknown, where: string, defaultName: string): Step {
  const given = record(options, where, ['name', 'allowFull']);
  const operation = operationOf(given, where, defaultName);
  const allowFull = flag(given['allowFull'], `${where}.allowFull`, false);
  return ({ device, measures }) =>
    measures.time(operation, async () => {
      if (!device.hasSession && !allowFull) {
        throw new EngineError('ERR_NO_SESSION', 'the device has no session to resume: a handshake comes first');
      }
      const resumed = await device.connect({ resume: true });
      measures.count(resumed ? 'handshakes.resumed' : 'handshakes.full');
      if (!resumed && !allowFull) throw new EngineError('ERR_NOT_RESUMED', 'the target has not resumed the session');
    });
}

/** `count` times: each when it is due where there is a rate, else when the one before is done. The first failure ends it. */
function repeated(given: Record<string, unknown>, where: string, step: Step): Step {
  const count = integer(given['count'], `${where}.count`, { min: 1, max: 1_000_000 }, 1);
  const rate =
    given['rate'] === undefined ? 0 : number(given['rate'], `${where}.rate`, { min: 0.001, max: 100_000 }, 0);
  return async (context) => {
    const startedAt = performance.now();
    for (let index = 0; index < count; index += 1) {
      const early = rate === 0 ? 0 : startedAt + (index * MILLISECONDS) / rate - performance.now();
      if (early > 0) await pause(early);
      await step(context);
    }
  };
}

function operationOf(given: Record<string, unknown>, where: string, fallback: string): string {
  const name = text(given['name'], `${where}.name`) ?? fallback;
  if (/^[A-Za-z][\w-]{0,39}$/.test(name)) return name;
  throw new EngineError('ERR_INVALID_OPTION', `${where}.name: expected letters, digits, - and _, a letter first`);
}

function timeoutOf(given: Record<string, unknown>, where: string): number {
  return number(given['timeout'], `${where}.timeout`, { min: 0.001, max: 3_600 }, 5) * MILLISECONDS;
}

/** `payload` as UTF-8, or `size` random bytes that no CoAP message begins with: version 0 (RFC 7252, 3). */
function messageOf(given: Record<string, unknown>, where: string, min: number): () => Uint8Array {
  const payload = given['payload'] === undefined ? undefined : String(given['payload']);
  if (payload !== undefined) return () => Buffer.from(payload, 'utf8');
  const size = integer(given['size'], `${where}.size`, { min, max: MAX_MESSAGE }, 64);
  return () => {
    const bytes = randomBytes(size);
    bytes[0] = (bytes[0] as number) & 0x3f;
    return bytes;
  };
}

/** Milliseconds: `seconds`, by a random part of `jitter` less or more. */
function waitOf(given: Record<string, unknown>, where: string): () => number {
  const seconds = number(given['seconds'], `${where}.seconds`, { min: 0, max: MAX_WAIT_SECONDS }, Number.NaN);
  if (Number.isNaN(seconds)) throw new EngineError('ERR_INVALID_OPTION', `${where}.seconds: expected a number`);
  const jitter = number(given['jitter'], `${where}.jitter`, { min: 0, max: 1 }, 0);
  return () => seconds * MILLISECONDS * (1 + jitter * (2 * Math.random() - 1));
}
