/** One or more lines of a key log, each with its end, one by one. */
export function linesOf(lines: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(0x0a, start) + 1 || lines.length;
    found.push(lines.subarray(start, end));
    start = end;
  }
  return found;
}
