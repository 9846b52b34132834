import { builtInScenarios, parseScenario, type ScenarioOptions } from '../bench/index.js';
import { benchScenario } from './bench.js';

export interface DemoOptions {
  devices: number;
  concurrency: number;
  updates: number;
  html: string;
  cipherSuites?: (string | number)[];
}

/**
 * `lwm2m-tls demo`: a registration storm on the server of this package, in a process of its own, on loopback. Ends with the
 * table of the bench, and writes its report. Resolves with the exit code: 1 when anything failed.
 */
export async function runDemo({ devices, concurrency, updates, html, cipherSuites }: DemoOptions): Promise<number> {
  const update = { type: 'update', count: updates } as const;
  const scenario = parseScenario({
    ...(builtInScenarios['registration-storm'] as ScenarioOptions),
    ...{ devices, cipherSuites },
    load: { concurrency },
    interval: 100,
    steps: ['handshake', 'register', ...(updates > 0 ? [update] : []), 'deregister', 'close'],
  });
  return await benchScenario(scenario, { html });
}
