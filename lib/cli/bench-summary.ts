import Table from 'cli-table3';
import type { BenchResult, FailureCount, OperationResult } from '../bench/index.js';
import { explainClientFailure } from './explain-failure.js';
import { formatAddress, printable } from './printable.js';
import { formatCount } from './table.js';

const MOST_FAILURES = 10;
const LONGEST_EXAMPLE = 100;

/** What ends a run on stdout: the operations, what failed, what it cost, the thresholds, and how it ended. */
export function benchSummary(result: BenchResult, isTerminal = process.stdout.isTTY === true): string {
  const { operations, failures, thresholds } = result;
  const parts = [operationTable(operations, isTerminal)];
  if (failures.length > 0) parts.push(failureTable(failures, isTerminal));
  parts.push(costs(result));
  if (thresholds.length > 0) parts.push(thresholds.map(thresholdLine).join('\n'));
  const ending = endingOf(result);
  if (ending !== undefined) parts.push(ending);
  return `\n${parts.join('\n').replaceAll(/ +$/gm, '')}`;
}

function operationTable(operations: BenchResult['operations'], isTerminal: boolean): string {
  const head = [
    'operation',
    'started',
    'succeeded',
    'failed',
    'per s',
    'p50 ms',
    'p90 ms',
    'p99 ms',
    'p99.9 ms',
    'max ms',
  ];
  const table = newTable(head, 1, isTerminal);
  for (const [name, { started, succeeded, failed, perSecond, latency }] of Object.entries(operations)) {
    const { p50, p90, p99, p999, max } = latency ?? ({} as Partial<NonNullable<OperationResult['latency']>>);
    const counts = [started, succeeded, failed].map(formatCount);
    table.push([name, ...counts, perSecond.toFixed(1), ...[p50, p90, p99, p999, max].map(milliseconds)]);
  }
  return table.toString();
}

function failureTable(failures: readonly FailureCount[], isTerminal: boolean): string {
  const table = newTable(['failures', 'of', 'code', 'for example'], 0, isTerminal);
  for (const { operation, code, count, example } of failures.slice(0, MOST_FAILURES)) {
    const text = printable(example);
    const short = text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE - 3)}...` : text;
    table.push([formatCount(count), operation, code, short]);
  }
  const more = failures.length - MOST_FAILURES;
  return more > 0 ? `${table.toString()}\nand ${more} other kinds of failure` : table.toString();
}

/** `firstNumber`: the column from which all are numbers; 0: the first alone is one. */
function newTable(head: string[], firstNumber: number, isTerminal: boolean): Table.Table {
  const isNumber = (column: number) => (firstNumber === 0 ? column === 0 : column >= firstNumber);
  const options = {
    head,
    colAligns: head.map((_, column) => (isNumber(column) ? ('right' as const) : ('left' as const))),
    style: { head: [], border: [], compact: true },
  };
  return new Table(
    isTerminal
      ? options
      : { ...options, chars: PLAIN, style: { ...options.style, 'padding-left': 0, 'padding-right': 2 } },
  );
}

/** Columns apart by blanks, for logs and scripts. */
const PLAIN = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

function costs({ durationSeconds, cpu, memory, server }: BenchResult): string {
  const seconds = cpu.userSeconds + cpu.systemSeconds;
  const lines = [
    `duration ${durationSeconds.toFixed(2)} s, CPU ${seconds.toFixed(2)} s of this process`,
    `memory ${mebibytes(memory.rssPeak)} MiB at most, ${mebibytes(memory.rssAtStart)} MiB at the start`,
  ];
  if (server !== undefined) {
    const { handshakesCompleted = 0, handshakesFailed = 0, messagesReceived = 0, flightsRetransmitted = 0 } = server;
    lines.push(
      `server: ${formatCount(handshakesCompleted)} handshakes, ${formatCount(handshakesFailed)} failed, ` +
        `${formatCount(messagesReceived)} messages in, ${formatCount(flightsRetransmitted)} flights sent again`,
    );
  }
  return lines.join('\n');
}

function thresholdLine({ expression, value, passed }: BenchResult['thresholds'][number]): string {
  const measured = value === null ? 'nothing was measured' : `measured ${Number(value.toFixed(3))}`;
  return `threshold ${passed ? 'passed' : 'FAILED'}: ${expression} (${measured})`;
}

function endingOf({ end, target, failures }: BenchResult): string | undefined {
  if (end === 'interrupted') return 'stopped before the end: the figures cover what was done until then';
  const worst = failures.find(({ operation }) => operation !== 'iteration');
  if (worst === undefined) return end === 'target-lost' ? lost(target) : undefined;
  const [code, alertName] = worst.code.split(' ');
  const { what, advice } = explainClientFailure({ code, alertName, message: printable(worst.example) });
  return end === 'target-lost' ? `${lost(target)}: ${what}; ${advice}` : undefined;
}

function lost({ host, port }: BenchResult['target']): string {
  return `stopped: nothing succeeds at ${formatAddress(host, port)} (any more)`;
}

function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-';
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}
