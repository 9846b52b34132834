import cliProgress from 'cli-progress';
import type { BenchProgress, OperationProgress } from '../bench/index.js';
import { formatCount } from './table.js';

/** Shows how a run stands. Written to stderr: a bar on a terminal, otherwise lines. */
export interface ProgressView {
  show(progress: BenchProgress): void;
  finish(): void;
}

const LINE_INTERVAL_MILLIS = 1_000;
const PARTS = 1_000;

export function benchProgress(stream: NodeJS.WriteStream = process.stderr): ProgressView {
  return stream.isTTY ? new BarView(stream) : new LineView(stream);
}

class BarView implements ProgressView {
  readonly #bar: cliProgress.SingleBar;

  constructor(stream: NodeJS.WriteStream) {
    const format = '{phase} {bar} {percentage} % | {connected} connected | {rate}/s | {failed} failed | {latency}';
    this.#bar = new cliProgress.SingleBar(
      { stream, format, barsize: 20, hideCursor: true, clearOnComplete: true, stopOnComplete: false },
      cliProgress.Presets.shades_classic,
    );
  }

  show({ phase, fraction, connected, rate, failed, operations }: BenchProgress): void {
    const [busiest] = inOrder(operations);
    const fields = {
      phase: phase.padEnd('teardown'.length),
      connected: formatCount(connected),
      rate: formatCount(Math.round(rate)),
      failed: formatCount(failed),
      latency: busiest === undefined ? '' : latencyText(busiest),
    };
    if (!this.#bar.isActive) this.#bar.start(PARTS, 0, fields);
    this.#bar.update(Math.round(fraction * PARTS), fields);
  }

  finish(): void {
    this.#bar.stop();
  }
}

class LineView implements ProgressView {
  readonly #stream: NodeJS.WriteStream;
  #nextLineAt = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show({ phase, fraction, elapsedSeconds, connected, rate, failed, operations }: BenchProgress): void {
    const now = performance.now();
    if (now < this.#nextLineAt) return;
    this.#nextLineAt = now + LINE_INTERVAL_MILLIS;
    const parts = [
      `${elapsedSeconds.toFixed(1)} s: ${phase} ${Math.round(fraction * 100)} %`,
      `${formatCount(connected)} connected`,
      `${formatCount(Math.round(rate))}/s`,
      `${formatCount(failed)} failed`,
      ...inOrder(operations).map(latencyText),
    ];
    this.#stream.write(`${parts.join(', ')}\n`);
  }

  finish(): void {}
}

type Named = OperationProgress & { name: string };

/** Those with a latency, the most frequent first. */
function inOrder(operations: BenchProgress['operations']): Named[] {
  return Object.entries(operations)
    .map(([name, operation]) => ({ name, ...operation }))
    .filter(({ p50 }) => p50 !== null)
    .sort((left, right) => right.succeeded - left.succeeded);
}

function latencyText({ name, p50, p99 }: Named): string {
  return `${name} p50 ${(p50 ?? 0).toFixed(1)} p99 ${(p99 ?? 0).toFixed(1)} ms`;
}
