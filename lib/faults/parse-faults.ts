import { isIP } from 'node:net';
import { boolean, integer, invalidOption, number, oneOf, optionsRecord, text } from '../options/check.js';
import {
  type FaultOptions,
  type FaultRule,
  type FaultSelection,
  handshakeTypes,
  recordKinds,
} from './fault-options.js';
import type { NativeFaultRule } from './native-faults.js';

/** Checked, in the numbers of native code. */
export interface FaultSettings {
  readonly seed: number;
  readonly send: readonly NativeFaultRule[];
  readonly receive: readonly NativeFaultRule[];
}

export type FaultKind = FaultRule['fault'];

/** Whose faults they are. */
export type FaultRole = 'client' | 'server' | 'swarm';

/** In the order of `core::Fault`. */
const kinds = [
  'lose',
  'duplicate',
  'delay',
  'reorder',
  'corrupt',
  'truncate',
  'blackout',
  'mtu',
  'rebind',
] as const satisfies readonly FaultKind[];

const selectionNames = [
  ...['records', 'handshake', 'nth', 'skip', 'every', 'limit', 'per'],
  ...['from', 'to', 'period', 'probability'],
] as readonly (keyof FaultSelection)[];

/** What a rule has besides `fault` and what selects. */
const ownNames: Record<FaultKind, readonly string[]> = {
  lose: [],
  duplicate: ['copies'],
  delay: ['milliseconds', 'jitter', 'inOrder'],
  reorder: ['places', 'milliseconds'],
  corrupt: ['bits'],
  truncate: ['bytes'],
  blackout: [],
  mtu: ['bytes', 'emsgsize'],
  rebind: ['localAddress'],
};

const LARGEST_COUNT = 2 ** 32 - 1;
const LONGEST_TIME = 2 ** 31 - 1;
const LONGEST_DELAY = 86_400_000;
const LARGEST_DATAGRAM = 65_535;

/** What a rule does to nothing. */
const nothing = {
  ...{ copies: 0, bits: 0, places: 1, largerThan: 0, delayMicros: 0, jitterMicros: 0, inOrder: false },
  ...{ keep: null, reported: false, localAddress: null },
};

/** `name` is what messages call it. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`. */
export function parseFaults(value: unknown, role: FaultRole, name = 'faults'): FaultSettings {
  const options = optionsRecord(value, name, ['seed', 'send', 'receive'] satisfies (keyof FaultOptions)[]);
  const rules = (direction: 'send' | 'receive') =>
    list(options[direction], `${name}.${direction}`).map((rule, index) =>
      parseRule(rule, `${name}.${direction}[${index}]`, direction, role),
    );
  return Object.freeze({
    seed: integer(options['seed'], `${name}.seed`, { min: 0, max: Number.MAX_SAFE_INTEGER, default: 1 }),
    send: Object.freeze(rules('send')),
    receive: Object.freeze(rules('receive')),
  });
}

/** For options of what runs over TCP, before any other check of them. */
export function refuseFaults(options: unknown): void {
  const faults = (options as { faults?: unknown } | null | undefined)?.faults;
  if (faults === undefined) return;
  throw invalidOption(
    'faults',
    faults,
    'nothing over TCP, which repairs what they do',
    'they are for datagrams: DTLS over UDP',
  );
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw invalidOption(name, value, 'an array of rules');
}

function parseRule(value: unknown, where: string, direction: 'send' | 'receive', role: FaultRole): NativeFaultRule {
  const kind = parseKind(value, where);
  const options = optionsRecord(value, where, ['fault', ...selectionNames, ...ownNames[kind]]);
  if (kind === 'rebind' && (direction !== 'send' || role !== 'client')) {
    const advice = role === 'swarm' ? 'rebind() moves a device of a swarm' : 'it is for what clients send';
    throw invalidOption(`${where}.fault`, kind, "a fault other than 'rebind'", advice);
  }
  const effect = { fault: kinds.indexOf(kind), ...nothing, ...parseEffect(kind, options, where, direction) };
  return Object.freeze({ ...effect, ...parseSelection(kind, options, where) });
}

function parseKind(value: unknown, where: string): FaultKind {
  const fault = (value as { fault?: unknown } | null | undefined)?.fault;
  if (fault !== undefined) return oneOf(fault, `${where}.fault`, kinds, 'lose');
  throw invalidOption(where, value, `an object with fault, one of ${kinds.join(', ')}`);
}

type Options = Record<string, unknown>;

function parseEffect(
  kind: FaultKind,
  options: Options,
  where: string,
  direction: 'send' | 'receive',
): Partial<NativeFaultRule> {
  const whole = (name: string, min: number, max: number, unit: string | undefined, fallback?: number) =>
    integer(options[name], `${where}.${name}`, {
      ...{ min, max },
      ...(unit === undefined ? {} : { unit }),
      ...(fallback === undefined ? {} : { default: fallback }),
    });
  switch (kind) {
    case 'duplicate':
      return { copies: whole('copies', 1, 16, undefined, 1) };
    case 'delay': {
      const milliseconds = whole('milliseconds', 0, LONGEST_DELAY, 'ms');
      return {
        delayMicros: milliseconds * 1000,
        jitterMicros: whole('jitter', 0, milliseconds, 'ms', 0) * 1000,
        inOrder: boolean(options['inOrder'], `${where}.inOrder`, false),
      };
    }
    case 'reorder':
      return {
        places: whole('places', 1, 1000, undefined, 1),
        delayMicros: whole('milliseconds', 1, LONGEST_DELAY, 'ms', 100) * 1000,
      };
    case 'corrupt':
      return { bits: whole('bits', 1, 64, undefined, 1) };
    case 'truncate':
      return options['bytes'] === undefined ? {} : { keep: whole('bytes', 0, LARGEST_DATAGRAM, 'bytes') };
    case 'mtu': {
      const reported = boolean(options['emsgsize'], `${where}.emsgsize`, false);
      if (reported && direction === 'receive') {
        throw invalidOption(`${where}.emsgsize`, true, 'false', 'only the sender of a datagram hears of EMSGSIZE');
      }
      return { largerThan: whole('bytes', 1, LARGEST_DATAGRAM, 'bytes'), reported };
    }
    case 'rebind':
      return { localAddress: parseLocalAddress(options['localAddress'], `${where}.localAddress`) };
    default:
      return {};
  }
}

export function parseLocalAddress(value: unknown, name: string): string | null {
  return value === undefined ? null : text(value, name, 'a numeric IP address', (it) => isIP(it) !== 0);
}

function parseSelection(kind: FaultKind, options: Options, where: string) {
  const selection = {
    records: bits(options['records'], `${where}.records`, recordKinds, recordBits),
    handshakes: bits(
      options['handshake'],
      `${where}.handshake`,
      Object.keys(handshakeTypes) as (keyof typeof handshakeTypes)[],
      (message) => 2 ** handshakeTypes[message],
    ),
    perPeer: oneOf(options['per'], `${where}.per`, ['peer', 'socket'], 'peer') === 'peer',
    probability: Math.round(number(options['probability'], `${where}.probability`, PROBABILITY) * 2 ** 32),
    ...parseTime(kind, options, where),
    ...parseCount(options, where),
  };
  if (selection.records === 0 || selection.handshakes === 0) return selection;
  throw invalidOption(`${where}.records`, options['records'], 'nothing beside handshake', 'use two rules');
}

const PROBABILITY = { min: 0, max: 1, default: 1 };

/** Of one name or a list of names; 0 for none. */
function bits<T extends string>(
  value: unknown,
  name: string,
  allowed: readonly T[],
  bitsOf: (it: T) => number,
): number {
  if (value === undefined) return 0;
  const names = Array.isArray(value) ? value : [value];
  if (names.length === 0) throw invalidOption(name, value, 'at least one name');
  let found = 0;
  for (const it of names) {
    if (it === undefined) throw invalidOption(name, it, 'a name');
    found |= bitsOf(oneOf(it, name, allowed, it as T));
  }
  return found >>> 0;
}

/** `core::record_bit()`: one for each content type from 20 on in epoch 0, and again for later epochs. */
function recordBits(kind: (typeof recordKinds)[number]): number {
  if (kind === 'plain') return 0x03f;
  if (kind === 'protected') return 0xfc0;
  const bit = 1 << recordKinds.indexOf(kind);
  return bit | (bit << 6);
}

function parseTime(kind: FaultKind, options: Options, where: string) {
  const range = (min: number) => ({ min, max: LONGEST_TIME, unit: 'ms' });
  const from = integer(options['from'], `${where}.from`, { ...range(0), default: 0 });
  const openEnd = options['to'] === undefined && kind !== 'blackout';
  const to = openEnd ? undefined : integer(options['to'], `${where}.to`, range(from + 1));
  const period =
    options['period'] === undefined ? 0 : integer(options['period'], `${where}.period`, range(to ?? from + 1));
  return {
    fromMicros: from * 1000,
    toMicros: to === undefined ? null : to * 1000,
    periodMicros: period * 1000,
  };
}

function parseCount(options: Options, where: string) {
  const count = (name: string, min: number, fallback: number) =>
    integer(options[name], `${where}.${name}`, { min, max: LARGEST_COUNT, default: fallback });
  if (options['nth'] === undefined) {
    const skip = integer(options['skip'], `${where}.skip`, { min: 0, max: LARGEST_COUNT - 1, default: 0 });
    const limit = options['limit'] === undefined ? 0 : count('limit', 1, 1);
    return { first: skip + 1, last: 0, step: count('every', 1, 1), limit };
  }
  for (const name of ['skip', 'every', 'limit']) {
    if (options[name] !== undefined) throw invalidOption(`${where}.${name}`, options[name], 'nothing beside nth');
  }
  const nth = count('nth', 1, 1);
  return { first: nth, last: nth, step: 1, limit: 0 };
}
