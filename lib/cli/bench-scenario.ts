import { existsSync } from 'node:fs';
import {
  builtInScenarios,
  parseScenario,
  readScenarioFile,
  type Scenario,
  type ScenarioOptions,
} from '../bench/index.js';
import { closest } from '../options/closest.js';
import { UsageError } from './exit-codes.js';

/** What of the command line goes into a scenario, over what it says itself. */
export interface ScenarioChoices {
  devices?: number;
  /** Seconds. */
  duration?: number;
  /** Arrivals per second. */
  rate?: number;
  concurrency?: number;
  repeats?: number;
  seed?: number;
  pskIdentity?: string;
  pskKey?: string;
  devicesFile?: string;
  cert?: string;
  key?: string;
  ca?: string;
  servername?: string;
  insecureNoVerify?: boolean;
  cipherSuites?: (string | number)[];
  sourceAddresses?: string;
  devicesPerSocket?: number;
}

/** The scenario of that name, or in that file, as the command line changes it. */
export async function chooseScenario(name: string, choices: ScenarioChoices): Promise<Scenario> {
  const scenario: ScenarioOptions = Object.hasOwn(builtInScenarios, name)
    ? (builtInScenarios[name] as ScenarioOptions)
    : ((await fromFile(name)) as ScenarioOptions);
  const { devices, duration, repeats, seed, ca, servername, cipherSuites, sourceAddresses, devicesPerSocket } = choices;
  const plain = { devices, duration, repeats, seed, ca, servername, cipherSuites, sourceAddresses, devicesPerSocket };
  return parseScenario({
    ...scenario,
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    ...(choices.insecureNoVerify === true ? { rejectUnauthorized: false } : {}),
    ...loadOf(scenario, choices),
    ...credentialsOf(scenario, choices),
  } as ScenarioOptions);
}

async function fromFile(name: string): Promise<Scenario> {
  if (/\.(json|ya?ml)$/i.test(name) || existsSync(name)) return await readScenarioFile(name);
  const known = Object.keys(builtInScenarios);
  const suggestion = closest(name, known);
  const advice = suggestion === undefined ? '' : `did you mean ${suggestion}? `;
  throw new UsageError(`there is no scenario and no file '${name}': ${advice}known are ${known.join(', ')}`);
}

function loadOf({ load }: ScenarioOptions, { rate, concurrency }: ScenarioChoices): Partial<ScenarioOptions> {
  if (rate === undefined && concurrency === undefined) return {};
  if (rate !== undefined && concurrency !== undefined) {
    throw new UsageError('--rate is for an open loop, --concurrency for a closed one: give one of them');
  }
  const { distribution, rampUp } = load ?? {};
  return { load: { distribution, rampUp, ...(rate === undefined ? { concurrency } : { arrivalRate: rate }) } };
}

/** Other credentials replace those of the scenario; one half of a pattern keeps the other. */
function credentialsOf(scenario: ScenarioOptions, choices: ScenarioChoices): Partial<ScenarioOptions> {
  const { pskIdentity, pskKey, devicesFile, cert, key } = choices;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key: each needs the other');
  const none = { psk: undefined, certificates: undefined, devicesFile: undefined };
  if (devicesFile !== undefined) return { ...none, devicesFile };
  if (cert !== undefined && key !== undefined) return { ...none, certificates: { cert, key } };
  if (pskIdentity === undefined && pskKey === undefined) return {};
  const { identity, key: hex } = scenario.psk ?? parseScenario({ name: 'defaults', steps: ['close'] }).psk ?? {};
  return { ...none, psk: { identity: pskIdentity ?? identity ?? '', key: pskKey ?? hex ?? '' } };
}
