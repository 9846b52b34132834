import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Tool } from '../foreign/tools.js';
import { Program } from '../program.js';
import { projectFolder } from '../project-folder.js';
import type { Backend, Facts, Scenario } from './scenarios.js';
import { scriptBytes } from './script.js';

/** Runs a scenario in a process of its own, with the shim between it and the kernel. */
export async function runUnderPressure(
  t: ExecutionContext,
  compiler: Tool,
  scenario: Scenario,
  backend: Backend,
): Promise<Facts> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pressure-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [shim, script] = [path.join(folder, 'shim.so'), path.join(folder, 'script')];
  const source = path.join(projectFolder, 'test/helpers/pressure/shim.c');
  execFileSync(compiler.command, ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', shim, source, '-ldl']);
  writeFileSync(script, Buffer.alloc(scriptBytes));

  const child = new Program(process.execPath, [path.join(import.meta.dirname, 'child.js'), scenario, backend], {
    env: { LD_PRELOAD: shim, KERNEL_PRESSURE: script },
  });
  t.teardown(() => child.stop());
  t.is(await child.exited, 0, child.output);
  return JSON.parse(child.stdout) as Facts;
}
