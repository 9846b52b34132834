/**
 * Draws the charts of a report with uPlot, which the page carries as a global. What there is to draw comes from the JSON
 * element `charts`: see lib/report/charts.ts. Colours are those of the style sheet, so everything is drawn again when the
 * reader's colour scheme changes, and for the printer.
 */

const { uPlot } = globalThis;
const root = document.documentElement;
const charts = JSON.parse(document.getElementById('charts').textContent);

const HEIGHT = 230;
/** CSS pixels that fit the narrow side of A4 and of letter paper. */
const PRINTED_WIDTH = 655;
const PIXELS_PER_LABEL = 52;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';
const BAND_ALPHA = '26';
const AREA_ALPHA = '1f';

const SECONDS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200,
];
const DAYS = [1, 2, 5, 10, 20, 50, 100].map((days) => days * 86_400);
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, power) => 2 ** power);
/** From dense to sparse: where a logarithmic axis may have labels in each decade. */
const DECADE_LABELS = [
  [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.2, 2.4, 2.6, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 8, 9],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

const units = {
  rate: { format: compact, legend: (value) => `${digits(value)}/s`, increments: undefined },
  milliseconds: { format: digits, legend: (value) => `${digits(value)} ms`, increments: undefined },
  devices: { format: compact, legend: digits, increments: wholeNumbers() },
  count: { format: compact, legend: digits, increments: wholeNumbers() },
  bytes: { format: bytes, legend: bytes, increments: POWERS_OF_TWO },
};

let drawn = [];

drawAll();
addSaveButton();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll());
addEventListener('beforeprint', () => {
  root.dataset.printing = '';
  drawAll(PRINTED_WIDTH);
});
addEventListener('afterprint', () => {
  delete root.dataset.printing;
  drawAll();
});

function drawAll(width) {
  for (const { plot, observer } of drawn) {
    observer.disconnect();
    plot.destroy();
  }
  drawn = charts.map((chart) => draw(chart, document.getElementById(chart.id), width));
  root.dataset.charts = 'drawn';
}

function draw(chart, element, width) {
  const plot = new uPlot(optionsOf(chart, width ?? element.clientWidth), dataOf(chart), element);
  for (const head of plot.root.querySelectorAll('th')) head.scope = 'row';
  const observer = new ResizeObserver(([entry]) => {
    const space = Math.floor(entry.contentRect.width);
    if (root.dataset.printing === undefined && space > 0 && space !== plot.width)
      plot.setSize({ width: space, height: HEIGHT });
  });
  observer.observe(element);
  return { plot, observer };
}

function dataOf({ x, series }) {
  return [x, ...series.map(({ y }) => y)];
}

function optionsOf(chart, width) {
  const { kind, unit, log, range, series, band } = chart;
  const isTime = kind === 'time';
  return {
    width,
    height: HEIGHT,
    padding: [18, 14, 0, 0],
    cursor: {
      y: false,
      drag: { x: isTime, y: false },
      points: { size: 7 },
      ...(isTime && { sync: { key: 'time' } }),
    },
    scales: {
      x: { time: false, range: isTime ? (_, low, high) => timeRange(chart, low, high) : () => range },
      y: log ? { distr: 3, range: aroundLogarithmic } : { range: fromZero },
    },
    axes: [xAxis(chart), yAxis(units[unit], log)],
    series: [{ label: ' ', value: (plot, value, _, index) => xText(chart, value, index ?? plot.cursor.idx) }].concat(
      series.map((it) => seriesOptions(it, chart)),
    ),
    legend: { markers: { dash: (_, index) => (series[index - 1]?.dashed ? 'dashed' : 'solid') } },
    bands: band ? [{ series: [2, 1], fill: colorOf(series[0].color) + BAND_ALPHA }] : [],
    hooks: { draw: [(plot) => drawMarkers(plot, chart.markers)] },
  };
}

/** The whole run from its start, unless the reader has zoomed in. */
function timeRange({ x, range }, low, high) {
  const isAll = x.length < 2 || (low === x[0] && high === x.at(-1));
  return isAll ? range : [low, high];
}

function seriesOptions({ label, color, dashed, filled }, { kind, unit, x }) {
  const stroke = colorOf(color);
  const points = { fill: stroke, size: x.length < 3 ? 8 : 5 };
  const isBars = kind === 'histogram';
  return {
    label,
    stroke,
    width: isBars ? 0 : dashed ? 1.25 : 1.75,
    ...(dashed && { dash: [5, 4] }),
    ...(filled && { fill: isBars ? stroke : stroke + AREA_ALPHA }),
    ...(isBars && {
      paths: uPlot.paths.bars({ size: [1, Number.POSITIVE_INFINITY], gap: 1 }),
      points: { show: false },
    }),
    ...(kind === 'percentiles' && { points: { show: false } }),
    ...(kind === 'time' && { points }),
    value: (_, value) => (value === null || value === undefined ? '' : units[unit].legend(value)),
  };
}

function axis() {
  const grid = { stroke: colorOf('grid'), width: 1 };
  return { stroke: colorOf('quiet'), font: FONT, grid, ticks: { ...grid, size: 4 } };
}

function yAxis({ format, increments }, log) {
  return {
    ...axis(),
    size: 58,
    space: 34,
    ...(increments !== undefined && !log && { incrs: increments }),
    values: (_, values) => values.map((value) => (value === null ? '' : format(value))),
  };
}

function xAxis({ kind, range }) {
  const common = { ...axis(), size: 30 };
  if (kind === 'time') return { ...common, incrs: [...SECONDS, ...DAYS], values: timeLabels };
  const labels = kind === 'percentiles' ? percentileLabels : logarithmicLabels;
  return {
    ...common,
    splits: (plot) => labels(range, plot.bbox.width / devicePixelRatio / PIXELS_PER_LABEL),
    values: (_, places) => places.map(kind === 'percentiles' ? percentileText : (place) => digits(10 ** place)),
  };
}

function fromZero(_, __, high) {
  return [0, high > 0 ? high * 1.08 : 1];
}

function aroundLogarithmic(_, low, high) {
  return low > 0 ? [low * 0.8, high * 1.25] : [0.1, 10];
}

function timeLabels(_, seconds) {
  return seconds.map((value) => timeText(value, seconds.at(-1) >= 120));
}

function timeText(seconds, asClock) {
  if (!asClock) return `${Number(seconds.toFixed(1))} s`;
  const all = Math.round(seconds);
  const two = (value) => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(all / 60);
  return minutes < 60 ? `${minutes}:${two(all)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(all)}`;
}

/** Where the axis of percentiles has labels: 0, 50 %, and each nine. */
function percentileLabels([, end], most) {
  const nines = Array.from({ length: Math.floor(end) }, (_, index) => index + 1);
  return end / most < Math.log10(2) ? [0, Math.log10(2), ...nines] : [0, ...nines];
}

function percentileText(nines) {
  const share = 100 * (1 - 10 ** -nines);
  return `${Number(share.toFixed(Math.max(0, Math.ceil(nines) - 1)))} %`;
}

function logarithmicLabels([low, high], most) {
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, index) => Math.floor(low) + index);
  const placesOf = (labels) =>
    decades
      .flatMap((decade) => labels.map((label) => decade + Math.log10(label)))
      .filter((place) => place >= low && place <= high);
  const dense = DECADE_LABELS.map(placesOf);
  return dense.find((places) => places.length <= most) ?? dense.at(-1);
}

/** What the cursor is at. */
function xText({ kind, x }, value, index) {
  if (value === null || value === undefined) return '';
  if (kind === 'time') return timeText(value, x.at(-1) >= 120);
  if (kind === 'percentiles') return percentileText(value);
  const half = x.length > 1 ? (x[1] - x[0]) / 2 : 0;
  return index === null ? '' : `${digits(10 ** (value - half))} to ${digits(10 ** (value + half))} ms`;
}

function drawMarkers(plot, markers) {
  if (markers.length === 0) return;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = FONT.replace('12px', `${11 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  let free = Number.NEGATIVE_INFINITY;
  for (const { x, label } of markers) {
    const place = Math.round(plot.valToPos(x, 'x', true)) + 0.5;
    ctx.strokeStyle = ctx.fillStyle = colorOf('ink');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(place, bbox.top);
    ctx.lineTo(place, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(label).width;
    const isLast = place + width + 8 > bbox.left + bbox.width;
    const begin = isLast ? place - width - 4 * devicePixelRatio : place + 4 * devicePixelRatio;
    if (begin > free) ctx.fillText(label, begin, bbox.top - 1);
    free = Math.max(free, begin + width);
  }
  ctx.restore();
}

function addSaveButton() {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Save the result as JSON';
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(
      new Blob([document.getElementById('result').textContent], { type: 'application/json' }),
    );
    link.download = 'result.json';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  document.querySelector('nav').append(button);
}

/** Of the style sheet, six hexadecimal digits. */
function colorOf(name) {
  return getComputedStyle(root).getPropertyValue(`--${name}`).trim();
}

/** Three significant figures, and every digit before the point. */
function digits(value) {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

function compact(value) {
  const [divisor, suffix] = value >= 1e6 ? [1e6, 'M'] : value >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${(value / divisor).toLocaleString('en-US', { maximumFractionDigits: 2 })}${suffix}`;
}

function bytes(value) {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(value) / 10));
  return `${digits(value / 1024 ** power)} ${names[power]}`;
}

function wholeNumbers() {
  return Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
}
