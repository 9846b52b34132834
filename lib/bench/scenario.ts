import { parseFaults } from '../faults/parse-faults.js';
import { TlsError } from '../index.js';
import { invalidOption } from '../options/check.js';
import { scenarioError } from './scenario-issues.js';
import type { ScenarioOptions } from './scenario-options.js';
import { type FlowSettings, type ScenarioRecord, scenarioSchema } from './scenario-schema.js';
import type { Step } from './step-schema.js';

/** A scenario that is checked, with every default filled in. What a device does is in `flows`, also where there is one only. */
export type Scenario = Readonly<Omit<ScenarioRecord, 'setup' | 'steps' | 'teardown' | 'flows' | 'sessions'>> & {
  readonly sessions: 'none' | 'id' | 'ticket';
  readonly flows: readonly FlowSettings[];
};

const DEFAULT_DEVICES = 100;
const DEFAULT_PSK = { identity: 'dev-%06d', key: '%032x' };

/**
 * Checks a scenario and fills in its defaults. Throws `ERR_INVALID_OPTION` and `ERR_UNKNOWN_OPTION`, with the path of what
 * is wrong, for example `load.arrivalRate: got 0, expected a number above 0`. What it has returned may be given to it again.
 */
export function parseScenario(value: ScenarioOptions | Scenario): Scenario {
  const { success, data, error } = scenarioSchema.safeParse(value);
  if (!success) throw scenarioError(error.issues[0]!, value);
  const { setup, steps, teardown, flows, ...rest } = data;
  const all = flowsOf(data);
  checkCredentials(rest);
  if (rest.faults !== undefined) parseFaults(rest.faults, 'swarm');
  if (rest.devicesPerSocket !== undefined && rest.devicesPerSocket > 1 && rest.sourceAddresses === undefined) {
    throw invalidOption(
      'devicesPerSocket',
      rest.devicesPerSocket,
      '1 without sourceAddresses',
      'give a network such as 127.0.0.0/8',
    );
  }
  const resumes = all.some(({ setup, steps, teardown }) => [...setup, ...steps, ...teardown].some(isResumption));
  if (resumes && rest.sessions === 'none') {
    throw invalidOption('sessions', 'none', "'id' or 'ticket', since a step resumes");
  }
  const hasCredentials = rest.psk ?? rest.certificates ?? rest.devicesFile;
  return Object.freeze({
    ...rest,
    devices: rest.devices ?? (rest.devicesFile === undefined ? DEFAULT_DEVICES : undefined),
    psk: hasCredentials === undefined ? DEFAULT_PSK : rest.psk,
    sessions: rest.sessions ?? (resumes ? 'ticket' : 'none'),
    flows: Object.freeze(all),
  });
}

/** Every step of every flow. */
export function allSteps({ flows }: Pick<Scenario, 'flows'>): Step[] {
  return flows.flatMap(({ setup, steps, teardown }) => [...setup, ...steps, ...teardown]);
}

function flowsOf({ flows, setup, steps, teardown }: ScenarioRecord): FlowSettings[] {
  if (flows === undefined) {
    if (steps === undefined) throw invalidOption('steps', undefined, 'a list of steps, or flows');
    return [{ name: 'all', weight: 1, setup, steps, teardown }];
  }
  for (const [name, given] of Object.entries({ setup, steps, teardown })) {
    if (given === undefined || given.length === 0) continue;
    throw new TlsError('ERR_INVALID_OPTION', `${name}: it is given for each of the flows, not beside them`);
  }
  return flows;
}

function checkCredentials({
  psk,
  certificates,
  devicesFile,
}: Pick<ScenarioRecord, 'psk' | 'certificates' | 'devicesFile'>): void {
  if (devicesFile === undefined || (psk ?? certificates) === undefined) return;
  throw new TlsError(
    'ERR_INVALID_OPTION',
    'devicesFile: the file has the credentials of all devices; leave psk and certificates out',
  );
}

function isResumption({ type }: Step): boolean {
  return type === 'resume' || type === 'wake';
}
