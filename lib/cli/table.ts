/** One line of a table: what it is, the figure, and what the figure means, if that needs words. */
export type Row = readonly [label: string, value: string, remark?: string];

/** Lines with the labels left, the values right-aligned, the remarks after them. */
export function formatTable(rows: readonly Row[]): string {
  const labelWidth = Math.max(...rows.map(([label]) => label.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([label, value, remark]) =>
      `${label.padEnd(labelWidth)}  ${value.padStart(valueWidth)}${remark === undefined ? '' : `  ${remark}`}`.trimEnd(),
    )
    .join('\n');
}

/** `12345` as `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}
