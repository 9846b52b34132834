// Tables of the results, for the terminal and for the document alike.
import { judge } from './aims.mjs';
import { FLOODS } from './flood.mjs';
import { grouped, kibi, micro, percent, times } from './format.mjs';

const SIDES = [
  ['C', 'reference'],
  ['ours', 'ours'],
];

/** Every aim, what the run gave, and whether that is enough. */
export function aimTable(run) {
  return {
    header: ['aim', 'wanted', 'result', 'met'],
    rows: judge(run).map(({ name, aim, result, met }) => [name, aim, result, met ? 'yes' : 'NO']),
  };
}

/** CPU per operation: header and rows of strings. */
export function cpuTable(results) {
  return {
    header: ['operation', 'C us', 'ours us', 'ratio', 'min', 'max'],
    rows: results.map(({ name, reference, ours, ratio }) => [
      name,
      micro(reference.cpu),
      micro(ours.cpu),
      times(ratio.median),
      times(ratio.min),
      times(ratio.max),
    ]),
  };
}

/** How the load felt: latency seen by the client, and how busy the server was. */
export function latencyTable(results) {
  return {
    header: ['operation', 'server', 'p50 us', 'p99 us', 'busy'],
    rows: results.flatMap((result) =>
      SIDES.map(([label, side]) => [
        result.name,
        label,
        grouped(result[side].p50),
        grouped(result[side].p99),
        percent(result[side].busy),
      ]),
    ),
  };
}

export function scaleTable(scale) {
  return {
    header: ['server', `${grouped(scale.many)} peers / ${grouped(scale.some)} peers`, 'min', 'max'],
    rows: SIDES.map(([label, side]) => [
      label,
      times(scale[side].median),
      times(scale[side].min),
      times(scale[side].max),
    ]),
  };
}

export function idleTable(idle) {
  return {
    header: ['server', 'associations', 'bytes each, right after', 'bytes each, at rest'],
    rows: SIDES.map(([label, side]) => [
      label,
      grouped(idle[side].peers),
      grouped(idle[side].established),
      grouped(idle[side].rest),
    ]),
  };
}

export function halfOpenTable(halfOpen) {
  return {
    header: ['server', 'clients', 'half-open', 'KiB each'],
    rows: SIDES.map(([label, side]) => [
      label,
      grouped(halfOpen[side].peers),
      grouped(halfOpen[side].held),
      kibi(halfOpen[side].bytes),
    ]),
  };
}

export function floodTable(flood) {
  return {
    header: ['flood', 'server', 'hellos/s', 'answers/s', 'CPU us each', 'p50 us', 'p99 us', 'lost'],
    rows: FLOODS.flatMap(({ name, rate }, i) =>
      SIDES.map(([label, side]) => [
        name,
        label,
        grouped(flood[side][i].sent),
        grouped(flood[side][i].answered),
        rate === 0 ? '' : micro(flood[side][i].cpu),
        grouped(flood[side][i].p50),
        grouped(flood[side][i].p99),
        percent(flood[side][i].lost),
      ]),
    ),
  };
}

export function workersTable(workers) {
  const row = (label, { cpu, rate, ratio, shares }) => [
    label,
    micro(cpu[1]),
    micro(cpu[2]),
    times(ratio.median),
    grouped(rate[1]),
    grouped(rate[2]),
    shares.map(percent).join(' + '),
  ];
  return {
    header: ['where', 'one: CPU us', 'two: CPU us', 'ratio', 'one: per s', 'two: per s', 'shares of the two'],
    rows: [row('workers on one core', workers.pinned), row('all on both cores', workers.free)],
  };
}

export function swarmIdleTable({ devices, established, rest }) {
  return {
    header: ['', 'devices', 'bytes each, right after', 'bytes each, at rest'],
    rows: [['swarm', grouped(devices), grouped(established), grouped(rest)]],
  };
}

export function stormTable({ reference, ours, ratio }) {
  const side = (label, { rate, cpu }) => [label, grouped(rate), micro(cpu), '', '', ''];
  return {
    header: ['load generator', 'handshakes/s', 'its CPU us each', 'ratio', 'min', 'max'],
    rows: [
      side('C', reference),
      [...side('swarm', ours).slice(0, 3), times(ratio.median), times(ratio.min), times(ratio.max)],
    ],
  };
}

function widths({ header, rows }) {
  return header.map((_, column) => Math.max(...[header, ...rows].map((cells) => cells[column].length)));
}

export function toText(table) {
  const size = widths(table);
  const line = (cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(size[i]) : cell.padStart(size[i])))
      .join('  ')
      .trimEnd();
  return [table.header, ...table.rows].map(line).join('\n');
}

export function toMarkdown(table) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = table.header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [table.header, rule, ...table.rows].map(line).join('\n');
}
