import { z } from 'zod';
import type { FaultOptions } from '../index.js';
import {
  integerFrom,
  listOf,
  numberAbove,
  numberFrom,
  oneOf,
  recordOf,
  textOf,
  trueOrFalse,
} from './scenario-fields.js';
import { stepSchema } from './step-schema.js';

const LONGEST_SECONDS = 31_536_000;
const LONGEST_WAIT_MILLIS = 4_294_967;
const DEFAULT_CONCURRENCY = 50;
const MOST_STEPS = 1_000;

const steps = listOf(stepSchema, MOST_STEPS, 'steps');
const noSteps = z.array(stepSchema, { error: 'a list of steps' }).max(MOST_STEPS).default([]);
const file = textOf('the path of a file');

const loadSchema = recordOf({
  arrivalRate: numberAbove(0, 1_000_000, 'per second').optional(),
  distribution: oneOf('constant', 'poisson').default('constant'),
  concurrency: integerFrom(1, 1_000_000).optional(),
  rampUp: numberFrom(0, LONGEST_SECONDS, 'seconds').default(0),
})
  .refine(({ arrivalRate, concurrency }) => (arrivalRate === undefined) !== (concurrency === undefined), {
    error: 'either arrivalRate (open loop) or concurrency (closed loop)',
  })
  .prefault({ concurrency: DEFAULT_CONCURRENCY });

const flowSchema = recordOf({
  name: textOf('a name'),
  weight: numberAbove(0, 1_000_000).default(1),
  setup: noSteps,
  steps,
  teardown: noSteps,
});

/** A scenario as users write it, to one with every default filled in. */
export const scenarioSchema = recordOf({
  name: textOf('a name of 1 to 100 characters', (text) => text.length >= 1 && text.length <= 100),
  description: textOf('a text').optional(),
  devices: integerFrom(1, 1_000_000).optional(),
  psk: recordOf({
    identity: textOf('a pattern such as dev-%06d'),
    key: textOf('hexadecimal, or a pattern such as %032x'),
  }).optional(),
  certificates: recordOf({ cert: file, key: file }).optional(),
  devicesFile: file.optional(),
  endpoint: textOf('a pattern such as dev-%06d').optional(),
  ca: file.optional(),
  servername: textOf('a host name').optional(),
  rejectUnauthorized: trueOrFalse().optional(),
  cipherSuites: listOf(
    z.union([z.string(), z.int()], { error: 'the name or the number of a cipher suite' }),
    1_000,
    'cipher suites',
  ).optional(),
  mtu: integerFrom(256, 16_384, 'bytes').optional(),
  recordLayer: oneOf('own', 'openssl').optional(),
  handshakeTimeouts: recordOf({
    min: integerFrom(1, LONGEST_WAIT_MILLIS, 'ms').optional(),
    max: integerFrom(1, LONGEST_WAIT_MILLIS, 'ms').optional(),
  }).optional(),
  transmission: recordOf({
    ackTimeout: integerFrom(1, 3_600_000, 'ms').default(2_000),
    ackRandomFactor: numberFrom(1, 10).default(1.5),
    maxRetransmit: integerFrom(0, 20).default(4),
  }).prefault({}),
  sourceAddresses: textOf('a network such as 127.0.0.0/8').optional(),
  devicesPerSocket: integerFrom(1, 1_000_000).optional(),
  sessions: oneOf('none', 'id', 'ticket').optional(),
  load: loadSchema,
  setupLoad: loadSchema,
  setup: noSteps,
  steps: steps.optional(),
  teardown: noSteps,
  flows: listOf(flowSchema, 100, 'flows').optional(),
  repeats: integerFrom(1, 1_000_000_000).optional(),
  duration: numberAbove(0, LONGEST_SECONDS, 'seconds').optional(),
  lostAfter: numberAbove(0, LONGEST_SECONDS, 'seconds').default(15),
  interval: integerFrom(50, 600_000, 'ms').default(1_000),
  seed: integerFrom(0, 4_294_967_295).default(1),
  faults: z
    .custom<FaultOptions>((value) => typeof value === 'object' && value !== null, { error: 'an object with faults' })
    .optional(), // checked by lib/faults
});

export type LoadSettings = Readonly<z.output<typeof loadSchema>>;
export type FlowSettings = Readonly<z.output<typeof flowSchema>>;
export type ScenarioRecord = z.output<typeof scenarioSchema>;
