import { fileURLToPath } from 'node:url';
import { Program } from './program.js';
import { projectFolder } from './project-folder.js';

export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs an ES module given as text in a process of its own, and waits for its end. It may import the package. */
export async function runModule(
  source: string,
  nodeOptions: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ChildResult> {
  return run([...nodeOptions, '--input-type=module', '--eval', source], env);
}

/** Starts such a module, which goes on until it is stopped. */
export function startModule(source: string): Program {
  return new Program(process.execPath, ['--input-type=module', '--eval', source], { cwd: projectFolder });
}

/** Runs a compiled file of the tests the same way. */
export async function runFile(file: URL, ...args: string[]): Promise<ChildResult> {
  return run([fileURLToPath(file), ...args]);
}

async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
  const child = new Program(process.execPath, args, { cwd: projectFolder, env });
  child.endInput();
  const timer = setTimeout(() => child.kill('SIGTERM'), 60_000);
  const exit = await child.exited;
  clearTimeout(timer);
  const { stdout, stderr } = child;
  return typeof exit === 'number'
    ? { code: exit, signal: null, stdout, stderr }
    : { code: null, signal: exit, stdout, stderr };
}
