// Tables of the results, for the terminal and for the document alike.

const micro = (value) => value.toFixed(value < 10 ? 2 : 1);
const times = (value) => `${value.toFixed(3)}x`;
const kibi = (bytes) => (bytes / 1024).toFixed(1);

export function isMet(result) {
  return result.ratio.median <= result.aim;
}

/** CPU per operation: header and rows of strings. */
export function cpuTable(results) {
  return {
    header: ['operation', 'C us', 'ours us', 'ratio', 'min', 'max', 'aim', 'met'],
    rows: results.map((result) => [
      result.name,
      micro(result.reference.cpu),
      micro(result.ours.cpu),
      times(result.ratio.median),
      times(result.ratio.min),
      times(result.ratio.max),
      `<= ${result.aim.toFixed(2)}x`,
      isMet(result) ? 'yes' : 'NO',
    ]),
  };
}

/** How the load felt: latency seen by the client, and how busy the server was. */
export function latencyTable(results) {
  const percent = (value) => `${Math.round(value * 100)} %`;
  const sides = [
    ['C', 'reference'],
    ['ours', 'ours'],
  ];
  return {
    header: ['operation', 'server', 'p50 us', 'p99 us', 'busy'],
    rows: results.flatMap((result) =>
      sides.map(([label, side]) => [
        result.name,
        label,
        result[side].p50.toFixed(0),
        result[side].p99.toFixed(0),
        percent(result[side].busy),
      ]),
    ),
  };
}

export function memoryTable(memory) {
  const ratio = (field) => times(memory.ours[field] / memory.reference[field]);
  const row = (label, field) => [label, kibi(memory.reference[field]), kibi(memory.ours[field]), ratio(field)];
  return {
    header: ['per peer', 'C KiB', 'ours KiB', 'ratio'],
    rows: [row('after the first message', 'established'), row('at rest', 'rest')],
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
