import test from 'ava';
import { parse } from 'csv-parse/sync';
import type { BenchResult } from '#lib/bench/bench-result.js';
import { type CsvOptions, renderCsv } from '#lib/report/index.js';
import { emptyResult, sampleResult } from '../helpers/sample-result.js';

test('a row for each interval', (t) => {
  const { series } = sampleResult({ intervals: 5 });
  const rows = read(renderCsv(sampleResult({ intervals: 5 })));
  t.is(rows.length, 5);
  for (const [index, row] of rows.entries()) {
    t.is(Number(row['time_s']), series.time[index] ?? Number.NaN);
    t.is(Number(row['connected']), series.connected[index] ?? Number.NaN);
    t.is(Number(row['rss_bytes']), series.rss[index] ?? Number.NaN);
    for (const [name, { succeeded, failed, p50, p99 }] of Object.entries(series.operations)) {
      const cells = ['succeeded', 'failed', 'p50_ms', 'p99_ms'].map((column) => Number(row[`${name}.${column}`]));
      t.deepEqual(cells, [succeeded[index], failed[index], p50[index], p99[index]]);
    }
  }
});

test('a row for each operation', (t) => {
  const { operations } = sampleResult();
  const rows = read(renderCsv(sampleResult(), { layout: 'operations' }));
  t.deepEqual(
    rows.map(({ operation }) => operation),
    Object.keys(operations),
  );
  t.is(Number(rows[0]?.['p999_ms']), operations['handshake']?.latency?.p999 ?? Number.NaN);
  t.is(Number(rows[0]?.['per_second']), operations['handshake']?.perSecond ?? Number.NaN);
});

test('what does not exist is an empty cell', (t) => {
  const sample = sampleResult({ intervals: 1 });
  const columns = { succeeded: [0], failed: [1], p50: [null], p99: [null] };
  const result: BenchResult = {
    ...sample,
    operations: { echo: { started: 1, succeeded: 0, failed: 1, perSecond: 0 } },
    series: { ...sample.series, operations: { echo: columns } },
  };
  t.is(read(renderCsv(result))[0]?.['echo.p99_ms'], '');
  t.is(read(renderCsv(result, { layout: 'operations' }))[0]?.['max_ms'], '');
});

test('commas, quotes and line ends stay in their cell', (t) => {
  const name = 'a, "b"\r\nc';
  const rows = read(renderCsv(named(name), { layout: 'operations' }));
  t.is(rows[0]?.['operation'], name);
  t.is(Object.keys(read(renderCsv(named(name)))[0] ?? {})[3], `${name}.succeeded`);
});

for (const begin of ['=', '+', '-', '@', '\t', '\r']) {
  test(`${JSON.stringify(begin)} does not begin a formula`, (t) => {
    const name = `${begin}cmd|' /C calc'!A0`;
    t.is(read(renderCsv(named(name), { layout: 'operations' }))[0]?.['operation'], `'${name}`);
  });
}

test('nothing was started: the head alone', (t) => {
  t.is(renderCsv(emptyResult()), 'time_s,connected,rss_bytes\r\n');
});

test('an option that does not exist or fit is refused', (t) => {
  const wrong = (options: object): CsvOptions => options as CsvOptions;
  t.throws(() => renderCsv(emptyResult(), wrong({ layout: 'serie' })), {
    code: 'ERR_INVALID_OPTION',
    message: /'series'/,
  });
  t.throws(() => renderCsv(emptyResult(), wrong({ lay: 1 })), { code: 'ERR_UNKNOWN_OPTION' });
});

function named(name: string): BenchResult {
  const sample = sampleResult({ intervals: 1 });
  const operations = { [name]: sample.operations['echo']! };
  const series = { ...sample.series, operations: { [name]: sample.series.operations['echo']! } };
  return { ...sample, operations, series };
}

function read(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true, record_delimiter: '\r\n' });
}
