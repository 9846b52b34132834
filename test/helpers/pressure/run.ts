import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { compile } from '../compile.js';
import type { Tool } from '../foreign/tools.js';
import { Program } from '../program.js';
import type { Backend, Facts, Scenario } from './scenarios.js';
import { scriptBytes } from './script.js';

/** Runs a scenario in a process of its own, with the shim between it and the kernel. */
export async function runUnderPressure(
  t: ExecutionContext,
  compiler: Tool,
  scenario: Scenario,
  backend: Backend,
): Promise<Facts> {
  const shim = compile(t, compiler, 'test/helpers/pressure/shim.c', ['-shared', '-fPIC', '-ldl']);
  const script = path.join(path.dirname(shim), 'script');
  writeFileSync(script, Buffer.alloc(scriptBytes));

  const child = new Program(process.execPath, [path.join(import.meta.dirname, 'child.js'), scenario, backend], {
    env: { LD_PRELOAD: shim, KERNEL_PRESSURE: script },
  });
  t.teardown(() => child.stop());
  t.is(await child.exited, 0, child.output);
  return JSON.parse(child.stdout) as Facts;
}
