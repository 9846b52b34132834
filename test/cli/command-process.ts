/** The command line as a child process. */
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { Program } from '../helpers/program.js';

/** The compiled entry point that `bin` in package.json names. */
export const entryPoint = fileURLToPath(import.meta.resolve('#lib/cli/main.js'));

export class CommandProcess extends Program {
  /** `lwm2m-tls` with these arguments; killed when the test ends. */
  static start(t: ExecutionContext, ...parameters: string[]): CommandProcess {
    return CommandProcess.startScript(t, entryPoint, parameters);
  }

  /** Any script with this Node. */
  static startScript(
    t: ExecutionContext,
    script: string,
    parameters: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): CommandProcess {
    const command = new CommandProcess(process.execPath, [script, ...parameters], { env });
    t.teardown(() => command.kill('SIGKILL'));
    return command;
  }
}
