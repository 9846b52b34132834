/** A program under a test's control: its output, its input, its end. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export interface ProgramOptions {
  cwd?: string;
  /** On top of this process's environment, from which only `SSLKEYLOGFILE` is taken out. */
  env?: NodeJS.ProcessEnv;
}

export class Program implements AsyncDisposable {
  /** The exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  stdout = '';
  stderr = '';

  readonly #child: ChildProcessWithoutNullStreams;
  readonly #commandLine: string;
  readonly #watchers = new Set<() => void>();
  #ended = false;
  /** For error messages: how the program ended. */
  #ending = '';

  constructor(command: string, parameters: readonly string[], { cwd, env }: ProgramOptions = {}) {
    this.#commandLine = [command, ...parameters].join(' ');
    const { SSLKEYLOGFILE: _, ...inherited } = process.env;
    this.#child = spawn(command, parameters, { cwd, env: { ...inherited, ...env } });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream].setEncoding('utf8').on('data', (text: string) => {
        this[stream] += text;
        this.#notify();
      });
    }
    // A program that ends while something is written to it is seen by its exit.
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => {
      this.stderr += `\n${error.message}\n`;
    });
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#ended = true;
        this.#ending = `\n(ended with ${signal ?? `code ${code}`})`;
        resolve(signal ?? code ?? -1);
        this.#notify();
      });
    });
  }

  /** Standard output, then standard error, so far. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  /**
   * Resolves as soon as standard output or standard error matches, rejects with both when the program ends without it or
   * takes too long.
   */
  async waitFor(pattern: RegExp, milliseconds = 30_000): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(this.#missing(pattern, `${milliseconds} ms`))), milliseconds);
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        action();
      };
      const look = (): void => {
        const match = this.stdout.match(pattern) ?? this.stderr.match(pattern);
        if (match) settle(() => resolve(match));
        else if (this.#ended) settle(() => reject(this.#missing(pattern, 'its end')));
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

  /** Stops reading standard output, as `head` does: what the program writes from now on fails with EPIPE. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the program if it still runs, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.kill('SIGTERM');
    const insist = setTimeout(() => this.kill('SIGKILL'), 2_000);
    await this.exited;
    clearTimeout(insist);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #missing(pattern: RegExp, until: string): Error {
    return new Error(`no ${pattern} until ${until} from: ${this.#commandLine}\n${this.output}${this.#ending}`);
  }
}
