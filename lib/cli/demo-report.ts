import { formatCount, formatTable, type Row } from './table.js';
import type { Tally } from './tally.js';

/** What the server's side counted during the run. */
export interface TrafficTotals {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  readonly flightsRetransmitted: number;
}

export interface DemoFigures {
  readonly tally: Tally;
  readonly traffic: TrafficTotals;
  /** Bytes; `undefined` when the run was stopped before all devices were registered. */
  readonly memoryPerPeer: number | undefined;
  readonly seconds: number;
  readonly interrupted: boolean;
}

const MOST_REASONS = 5;

/** The table that ends a demo, and below it what failed. */
export function demoReport({ tally, traffic, memoryPerPeer, seconds, interrupted }: DemoFigures): string {
  const rows: Row[] = [
    ['handshakes', formatCount(tally.handshakes)],
    ['registrations', formatCount(tally.registrations)],
    ['updates', formatCount(tally.updates)],
    ['de-registrations', formatCount(tally.deregistrations)],
    ['messages', formatCount(traffic.messagesReceived + traffic.messagesSent), 'CoAP, in and out of the server'],
    ['failures', formatCount(tally.failures)],
    [
      'handshake p50',
      milliseconds(tally.handshakeTimes.percentile(50)),
      'ms, with other devices busy at the same time',
    ],
    ['handshake p99', milliseconds(tally.handshakeTimes.percentile(99)), 'ms'],
    ['round trip p50', milliseconds(tally.roundTrips.percentile(50)), 'ms, CoAP request to response'],
    ['round trip p99', milliseconds(tally.roundTrips.percentile(99)), 'ms'],
    ['datagrams in', formatCount(traffic.datagramsReceived), 'at the server'],
    ['datagrams out', formatCount(traffic.datagramsSent), 'at the server'],
    ['retransmitted flights', formatCount(traffic.flightsRetransmitted), 'of the server, in handshakes'],
    ['CoAP retransmissions', formatCount(tally.retransmissions), 'of the devices'],
    [
      'memory per peer',
      kibibytes(memoryPerPeer),
      'KiB: growth of the resident set while all are registered, per device;',
    ],
    ['', '', 'server and device live in one process, so both ends are in it'],
    ['duration', seconds.toFixed(2), 's'],
  ];
  const lines = ['', formatTable(rows)];
  const reasons = tally.reasons();
  for (const [reason, count] of reasons.slice(0, MOST_REASONS)) lines.push(`failed ${formatCount(count)} x ${reason}`);
  if (reasons.length > MOST_REASONS) lines.push(`and ${reasons.length - MOST_REASONS} other kinds of failure`);
  if (interrupted) lines.push('stopped before the end: the figures cover what was done until then');
  return lines.join('\n');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2);
}

function kibibytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : (bytes / 1_024).toFixed(1);
}
