import { z } from 'zod';
import { closest } from '../options/closest.js';
import { integerFrom, numberAbove, numberFrom, oneOf, recordOf, textOf, trueOrFalse } from './scenario-fields.js';

const LONGEST_WAIT_SECONDS = 604_800;
const LARGEST_MESSAGE = 16_384;

/** Names that the result gives the steps; another one keeps two steps of a kind apart. */
const name = textOf('a name of letters, digits, - and _ that begins with a letter', (text) =>
  /^[A-Za-z][\w-]{0,39}$/.test(text),
).optional();
const expect = oneOf('success', 'no-answer').default('success');
const lifetime = integerFrom(0, 4_294_967_295, 'seconds').optional();
const binding = textOf('binding modes such as U or UQ', (text) => /^[UMHTSNQ]{1,7}$/.test(text)).optional();
const objects = textOf('link format such as </1/0>,</3/0>', (text) => /^(<\/[^>]*>(;[^,]*)?(,|$))+$/.test(text));
const version = textOf('a version such as 1.1', (text) => /^\d{1,5}\.\d{1,5}$/.test(text));
const wait = {
  seconds: numberFrom(0, LONGEST_WAIT_SECONDS, 'seconds'),
  jitter: numberFrom(0, 1).default(0),
};
const repeated = {
  count: integerFrom(1, 1_000_000).default(1),
  rate: numberAbove(0, 100_000, 'per second').optional(),
};

const shapes = {
  handshake: { name },
  resume: { name, allowFull: trueOrFalse().default(false) },
  wake: { name, allowFull: trueOrFalse().default(false) },
  reboot: { name },
  register: { name, lifetime, binding, objects: objects.optional(), version: version.default('1.1') },
  update: { name, ...repeated, lifetime, binding, objects: objects.optional(), expect },
  deregister: { name },
  ping: { name, ...repeated, expect },
  echo: {
    name,
    ...repeated,
    size: integerFrom(8, LARGEST_MESSAGE, 'bytes').default(64),
    timeout: numberAbove(0, 3_600, 'seconds').default(5),
    expect,
  },
  send: { name, ...repeated, size: integerFrom(1, LARGEST_MESSAGE, 'bytes').default(64) },
  notify: { name, ...repeated },
  idle: { name, ...wait },
  sleep: { name, ...wait },
  rebind: { name },
  close: { name },
} as const;

type Shapes = typeof shapes;

/** Every kind of step. */
export type StepType = keyof Shapes;

/** One step of a device, every default filled in. */
export type Step = { [Type in StepType]: Readonly<{ type: Type } & z.output<z.ZodObject<Shapes[Type]>>> }[StepType];

export type StepOf<Type extends StepType> = Extract<Step, { type: Type }>;

export const stepTypes = Object.keys(shapes) as [StepType, ...StepType[]];

/** A step as users write it: its type alone, or an object with `type`. */
export const stepSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { type: value } : value),
  z.discriminatedUnion(
    'type',
    stepTypes.map((type) => recordOf({ type: z.literal(type), ...shapes[type] })) as unknown as [
      z.core.$ZodTypeDiscriminable,
    ],
    {
      error: (issue) => {
        const given = (issue.input as { type?: unknown } | undefined)?.type;
        const suggestion = typeof given === 'string' ? closest(given, stepTypes) : undefined;
        const list = `a step: ${stepTypes.join(', ')}, alone or as the type of an object`;
        return suggestion === undefined ? list : `${list}; did you mean '${suggestion}'?`;
      },
    },
  ),
) as unknown as z.ZodType<Step, StepOptions>;

/** One step of a device, as it is written: its type alone where nothing else is to say, or an object. */
export type StepOptions =
  | StepType
  | { [Type in StepType]: { type: Type } & z.input<z.ZodObject<Shapes[Type]>> }[StepType];
