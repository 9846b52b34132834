import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

/** Runs a compiled file of the tests the same way. */
export async function runFile(file: URL, ...args: string[]): Promise<ChildResult> {
  return run([fileURLToPath(file), ...args]);
}

async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
  const child = spawn(process.execPath, args, {
    cwd: projectFolder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const ended = new Promise<Pick<ChildResult, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const [end, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { ...end, stdout, stderr };
}
