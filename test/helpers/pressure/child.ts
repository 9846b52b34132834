/** Plays the scenario that it is told and prints what was seen. Runs with shim.c preloaded. */
import { type Backend, type Scenario, scenarios } from './scenarios.js';
import { PressureScript } from './script.js';

const [scenario, backend] = process.argv.slice(2) as [Scenario, Backend];
const facts = await scenarios[scenario](new PressureScript(process.env['KERNEL_PRESSURE'] as string), backend);
process.stdout.write(JSON.stringify(facts), () => process.exit(0));
