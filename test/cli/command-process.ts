/** The command line as a child process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

/** The compiled entry point that `bin` in package.json names. */
export const entryPoint = fileURLToPath(import.meta.resolve('#lib/cli/main.js'));

export class CommandProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #description: string;
  readonly #watchers = new Set<() => void>();
  /** Exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
  stdout = '';
  stderr = '';
  #ended = false;

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
    const command = new CommandProcess([script, ...parameters], env);
    t.teardown(() => command.#child.kill('SIGKILL'));
    return command;
  }

  private constructor(parameters: readonly string[], env: Readonly<Record<string, string>>) {
    this.#description = parameters.join(' ');
    const { SSLKEYLOGFILE: _, ...inherited } = process.env;
    this.#child = spawn(process.execPath, parameters, { env: { ...inherited, ...env } });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#append('stdout', chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => this.#append('stderr', chunk));
    this.#child.stdin.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#ended = true;
        this.#notify();
        resolve(code ?? signal ?? 'unknown');
      });
    });
  }

  /** Resolves when stdout or stderr matches; rejects with the output when the process ends first or after 30 s. */
  async waitFor(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = this.stdout.match(pattern) ?? this.stderr.match(pattern);
        if (match !== null) settle(() => resolve(match));
        else if (this.#ended) settle(() => reject(this.#missing(pattern)));
      };
      const timer = setTimeout(() => settle(() => reject(this.#missing(pattern))), 30_000);
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        action();
      };
      this.#watchers.add(look);
      look();
    });
  }

  writeLine(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #append(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString();
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #missing(pattern: RegExp): Error {
    return new Error(`no ${pattern} from: ${this.#description}\n${this.stdout}\n${this.stderr}`);
  }
}
