import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Tool } from './foreign/tools.js';
import { projectFolder } from './project-folder.js';

/** Compiles one C file of the repository into a folder of its own, which goes with the test. */
export function compile(t: ExecutionContext, compiler: Tool, source: string, options: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'compiled-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return compileInto(folder, compiler, source, options);
}

/** The same into a folder of the caller's. Returns the path of the program. */
export function compileInto(folder: string, compiler: Tool, source: string, options: string[]): string {
  const output = path.join(folder, path.basename(source, '.c'));
  const parameters = ['-O1', '-Wall', '-Wextra', '-Werror', '-o', output, path.join(projectFolder, source), ...options];
  execFileSync(compiler.command, parameters, { stdio: 'pipe' });
  return output;
}
