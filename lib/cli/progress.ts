import cliProgress from 'cli-progress';

/** Shows how far a stage is. Written to stderr: a bar on a terminal, otherwise a line a second and one at the end. */
export interface Progress {
  start(stage: string, total: number): void;
  step(): void;
  /** Ends the stage; also after an abort. */
  finish(): void;
}

const LINE_INTERVAL_MILLIS = 1_000;
const STAGE_WIDTH = 14;

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? new BarProgress(stream) : new LineProgress(stream);
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #bar: cliProgress.SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(stage: string, total: number): void {
    this.#bar = new cliProgress.SingleBar(
      { stream: this.#stream, format: '{stage} {bar} {value}/{total} {duration_formatted}', hideCursor: true },
      cliProgress.Presets.shades_classic,
    );
    this.#bar.start(total, 0, { stage: stage.padEnd(STAGE_WIDTH) });
  }

  step(): void {
    this.#bar?.increment();
  }

  finish(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #stage = '';
  #total = 0;
  #done = 0;
  #nextLineAt = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(stage: string, total: number): void {
    this.#stage = stage;
    this.#total = total;
    this.#done = 0;
    this.#nextLineAt = performance.now() + LINE_INTERVAL_MILLIS;
  }

  step(): void {
    this.#done += 1;
    if (performance.now() < this.#nextLineAt || this.#done === this.#total) return;
    this.#nextLineAt = performance.now() + LINE_INTERVAL_MILLIS;
    this.#write();
  }

  finish(): void {
    this.#write();
  }

  #write(): void {
    this.#stream.write(`${this.#stage}: ${this.#done} of ${this.#total}\n`);
  }
}
