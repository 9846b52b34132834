import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BenchResult } from '../bench/index.js';
import { renderCsv, renderHtml, writeReport } from '../report/index.js';
import { UsageError } from './exit-codes.js';

export interface BenchFileOptions {
  json?: string;
  csv?: string;
  html?: string;
}

const renderers: { readonly [Kind in keyof Required<BenchFileOptions>]: (result: BenchResult) => string } = {
  json: (result) => `${JSON.stringify(result, null, 2)}\n`,
  csv: (result) => renderCsv(result),
  html: (result) => renderHtml(result),
};

/** The files that a result goes to. */
export class BenchFiles {
  readonly #files: readonly (readonly [kind: keyof BenchFileOptions, file: string])[];

  private constructor(files: readonly (readonly [keyof BenchFileOptions, string])[]) {
    this.#files = files;
  }

  /** Finds out what cannot be written before the run rather than after it. Rejects with a `UsageError`. */
  static async prepare(options: BenchFileOptions): Promise<BenchFiles> {
    const kinds = Object.keys(renderers) as (keyof BenchFileOptions)[];
    const files = kinds.flatMap((kind) => (options[kind] === undefined ? [] : [[kind, options[kind]] as const]));
    for (const [kind, file] of files) await tryFile(kind, file);
    return new BenchFiles(files);
  }

  /**
   * Says on stderr what was written and what was not. Resolves with whether all went well; when not, and no `--json` is
   * written, the result is kept in the folder for temporary files.
   */
  async write(result: BenchResult): Promise<boolean> {
    const written = new Set<string>();
    for (const [kind, file] of this.#files) {
      try {
        await writeReport(file, renderers[kind](result));
        written.add(kind);
        console.error(`${kind === 'html' ? 'report' : 'result'} written to ${path.resolve(file)}`);
      } catch (error) {
        console.error(`lwm2m-tls: --${kind}: ${(error as Error).message}`);
      }
    }
    if (written.size === this.#files.length) return true;
    if (!written.has('json')) await keep(result);
    return false;
  }
}

async function keep(result: BenchResult): Promise<void> {
  const file = path.join(tmpdir(), `lwm2m-tls-bench-${randomBytes(6).toString('hex')}.json`);
  try {
    await writeReport(file, renderers.json(result));
    console.error(`the result is kept in ${file}`);
  } catch (error) {
    console.error(`lwm2m-tls: the result could not be kept either: ${(error as Error).message}`);
  }
}

/** Whether it can be opened; what is in it stays. */
async function tryFile(kind: string, file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw new UsageError(`--${kind} cannot be written: ${(error as Error).message}`);
  }
}
