/** A foreign program under a test's control: its output, its input, its end. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Tool } from './tools.js';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export class ToolProcess implements AsyncDisposable {
  readonly exited: Promise<Exit>;

  readonly #child: ChildProcessWithoutNullStreams;
  readonly #commandLine: string;
  readonly #watchers = new Set<() => void>();
  #output = '';
  #ended = false;
  /** For error messages: how the program ended. */
  #ending = '';

  static start(tool: Tool, parameters: string[]): ToolProcess {
    return new ToolProcess(tool, parameters);
  }

  private constructor(tool: Tool, parameters: string[]) {
    this.#commandLine = [tool.command, ...parameters].join(' ');
    this.#child = spawn(tool.command, parameters, { env: { ...process.env, ...tool.env, LC_ALL: 'C' } });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#append(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => this.#append(chunk));
    // A program that ends while something is written to it is seen by its exit.
    this.#child.stdin.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#output += `\n${error.message}\n`;
        this.#finish(resolve, { code: null, signal: null });
      });
      this.#child.on('close', (code, signal) => this.#finish(resolve, { code, signal }));
    });
  }

  /** Standard output and standard error so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves as soon as the output matches, rejects with the output when the program ends without it or takes too long. */
  async waitFor(pattern: RegExp, milliseconds = 15_000): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(this.#missing(pattern, `${milliseconds} ms`))), milliseconds);
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        action();
      };
      const look = (): void => {
        const match = this.#output.match(pattern);
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

  /** Ends the program if it still runs, and waits until it is gone. */
  async stop(): Promise<Exit> {
    if (this.#ended) return this.exited;
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    const exit = await this.exited;
    clearTimeout(insist);
    return exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #append(chunk: Buffer): void {
    this.#output += chunk.toString();
    this.#notify();
  }

  #finish(resolve: (exit: Exit) => void, exit: Exit): void {
    this.#ended = true;
    this.#ending = `\n(ended with ${exit.signal ?? `code ${exit.code}`})`;
    resolve(exit);
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #missing(pattern: RegExp, until: string): Error {
    return new Error(`no ${pattern} until ${until} from: ${this.#commandLine}\n${this.#output}${this.#ending}`);
  }
}
