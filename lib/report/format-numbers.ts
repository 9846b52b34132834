/** Numbers as the reports show them: digits in groups of three, three significant figures where more would be noise. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12345` as `12,345`. */
export function count(value: number): string {
  return whole.format(value);
}

/** `0.0421`, `4.21`, `42.1`, `4,210`: three significant figures, and every digit before the point. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 999.5) return whole.format(value);
  return size < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

/** Milliseconds with their unit; seconds from ten on. */
export function milliseconds(value: number): string {
  return value < 10_000 ? `${figure(value)} ms` : `${figure(value / 1_000)} s`;
}

/** `412 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${power === 0 ? whole.format(value) : figure(value / 1_024 ** power)} ${units[power]}`;
}

/** A share of 1: `0 %`, `0.12 %`, `100 %`. What is not nothing does not look like nothing, nor the other way round. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0001) return '< 0.01 %';
  if (share < 1 && share > 0.9999) return '> 99.99 %';
  return `${Number((share * 100).toPrecision(share >= 0.99 ? 4 : 3))} %`;
}

/** `0.8 s`, `90.0 s`, `12 min 5 s`, `26 h 0 min`. */
export function duration(seconds: number): string {
  if (seconds < 119.95) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  if (all < 3_600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  return `${Math.floor(all / 3_600)} h ${Math.floor((all % 3_600) / 60)} min`;
}

/** What became of 1: `+5.9 %`, `-50 %`, and `2.4x` from the double on. */
export function change(ratio: number): string {
  if (ratio >= 2) return `${figure(ratio)}x`;
  const percents = (ratio - 1) * 100;
  const text = Math.abs(percents) < 9.95 ? percents.toFixed(1) : percents.toFixed(0);
  return `${percents > 0 ? '+' : ''}${text === '-0.0' ? '0.0' : text} %`;
}
