import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type BenchResult, parseScenario } from 'lwm2m-tls/bench';
import { OwnTarget } from '#lib/bench/own-target.js';
import { freePort } from '../helpers/free-port.js';
import { CommandProcess } from './command-process.js';

async function folder(t: ExecutionContext): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-bench-'));
  t.teardown(() => rm(made, { recursive: true }));
  return made;
}

async function resultIn(file: string): Promise<BenchResult> {
  return JSON.parse(await readFile(file, 'utf8'));
}

test('a scenario by name, on a server of its own, into every file', async (t) => {
  const files = await folder(t);
  const [json, csv, html] = ['r.json', 'r.csv', 'r.html'].map((name) => path.join(files, name)) as [
    string,
    string,
    string,
  ];
  const bench = CommandProcess.start(t, 'bench', 'smoke', '--json', json, '--csv', csv, '--html', html);
  t.is(await bench.exited, 0, bench.output);
  t.regex(bench.stdout, /^operation +started +succeeded +failed +per s +p50 ms/m);
  t.regex(bench.stdout, /^resumption +20 +20 +0 /m);
  t.regex(bench.stderr, /^\d+\.\d s: steps \d+ %, \d+ connected, \d+\/s, 0 failed, \w+ p50 /m);
  t.false(bench.output.includes('\u001b'), 'no escape sequences where there is no terminal');
  const result = await resultIn(json);
  t.like(result, { scenario: 'smoke', end: 'completed', devices: 20 });
  t.is(result.server?.['handshakesCompleted'], 40);
  t.regex(await readFile(csv, 'utf8'), /handshake/);
  t.regex(await readFile(html, 'utf8'), /^<!doctype html>/i);

  const same = CommandProcess.start(t, 'bench', '--compare', json, json);
  t.is(await same.exited, 0, same.output);
  t.regex(same.stdout, /handshake/);
});

test('a scenario from a file, with options over it, at a target of somebody else', async (t) => {
  const file = path.join(await folder(t), 'fleet.yaml');
  await writeFile(file, 'name: fleet\ndevices: 1000\nsteps: [handshake, { type: echo, count: 3 }, close]\n');
  const own = await OwnTarget.start(parseScenario({ name: 'server', devices: 12, steps: ['echo'] }));
  t.teardown(() => own.close());
  const target = `127.0.0.1:${own.address.port}`;
  const options = ['--devices', '12', '--rate', '100', '--seed', '3'];
  const bench = CommandProcess.start(t, 'bench', file, '--target', target, ...options);
  t.is(await bench.exited, 0, bench.output);
  t.regex(bench.stdout, /^echo +36 +36 +0 /m);
  t.regex(bench.stderr, new RegExp(`^fleet: 12 devices, target coaps://${target}$`, 'm'));
});

test('thresholds decide the exit code', async (t) => {
  const met = CommandProcess.start(t, 'bench', 'smoke', '--threshold', 'handshake.p99<60s', '--threshold', 'failed<=0');
  const missed = CommandProcess.start(t, 'bench', 'smoke', '--threshold', 'handshake.p99<1us');
  t.is(await met.exited, 0, met.output);
  t.regex(met.stdout, /^threshold passed: handshake\.p99<60s \(measured [\d.]+\)$/m);
  t.is(await missed.exited, 1, missed.output);
  t.regex(missed.stdout, /^threshold FAILED: handshake\.p99<1us \(measured [\d.]+\)$/m);
});

test('Ctrl-C ends it early, with a valid result', async (t) => {
  const json = path.join(await folder(t), 'r.json');
  const bench = CommandProcess.start(
    t,
    'bench',
    'echo',
    '--devices',
    '20',
    '--rate',
    '100',
    '--duration',
    '600',
    '--json',
    json,
  );
  await bench.waitFor(/echo p50/);
  bench.kill('SIGINT');
  t.is(await bench.exited, 130, bench.output);
  t.regex(bench.stdout, /stopped before the end/);
  const result = await resultIn(json);
  t.like(result, { end: 'interrupted', failures: [] });
  t.true((result.operations['echo']?.succeeded ?? 0) > 0);
});

test('a target where nobody listens is explained', async (t) => {
  const json = path.join(await folder(t), 'r.json');
  const target = `localhost:${await freePort()}`;
  const bench = CommandProcess.start(
    t,
    'bench',
    'handshake-storm',
    '--devices',
    '5',
    '--duration',
    '1',
    '--target',
    target,
    '--json',
    json,
  );
  t.is(await bench.exited, 1, bench.output);
  t.regex(bench.stdout, /ECONNREFUSED/);
  t.regex(bench.stdout, /^stopped: nothing succeeds .*: nothing listens on that port; check host and port/m);
  t.is((await resultIn(json)).end, 'target-lost');
});

test('wrong keys are explained', async (t) => {
  const own = await OwnTarget.start(parseScenario({ name: 'server', devices: 5, steps: ['register'] }));
  t.teardown(() => own.close());
  const target = `127.0.0.1:${own.address.port}`;
  const bench = CommandProcess.start(
    t,
    'bench',
    'registration-storm',
    '--devices',
    '5',
    '--target',
    target,
    '--psk-identity',
    'stranger-%d',
  );
  t.is(await bench.exited, 1, bench.output);
  t.regex(bench.stdout, /5 +handshake +ERR_ALERT_RECEIVED unknown_psk_identity/);
  t.regex(bench.stdout, /the server does not know this PSK identity; compare --psk-identity with the server/);
});

test('a disk that is full: the table is there, and the result is kept elsewhere', async (t) => {
  const temporary = await folder(t);
  const bench = CommandProcess.startScript(
    t,
    (await import('./command-process.js')).entryPoint,
    ['bench', 'smoke', '--json', '/dev/full', '--html', path.join(temporary, 'r.html')],
    { TMPDIR: temporary },
  );
  t.is(await bench.exited, 1, bench.output);
  t.regex(bench.stdout, /^handshake +20 +20 +0 /m);
  t.regex(bench.stderr, /--json: cannot write \/dev\/full: no space left on device/);
  const [, kept = ''] = bench.stderr.match(/^the result is kept in (.+)$/m) ?? [];
  t.is(path.dirname(kept), temporary);
  t.is((await resultIn(kept)).end, 'completed');
  t.regex(await readFile(path.join(temporary, 'r.html'), 'utf8'), /smoke/);
});

for (const [what, parameters, words] of [
  ['no scenario', [], /name a scenario/],
  ['an unknown scenario', ['smok'], /no scenario and no file 'smok': did you mean smoke\? known are smoke, /],
  ['a missing file', ['no-such.yaml'], /no-such\.yaml: it cannot be read as a scenario: ENOENT/],
  ['a threshold that is none', ['smoke', '--threshold', 'handshake.p98<1ms'], /there is no measure 'p98'/],
  ['a target that is none', ['smoke', '--target', '1:2:3'], /--target <host:port>.*must be host:port/],
  ['too many devices', ['smoke', '--devices', '1000001'], /whole number from 1 to 1000000/],
  ['a rate of nothing', ['smoke', '--rate', '0'], /number above 0/],
  ['both loops', ['smoke', '--rate', '1', '--concurrency', '1'], /--rate is for an open loop/],
  ['half of a certificate', ['smoke', '--cert', 'a.pem'], /--cert and --key/],
  ['certificates without a target', ['smoke', '--cert', 'a.pem', '--key', 'b.pem'], /with certificates.* needs one/],
  [
    'a result in a folder that is not there',
    ['smoke', '--json', '/no/such/folder/r.json'],
    /--json cannot be written: ENOENT/,
  ],
  ['one file to compare', ['--compare', 'a.json'], /--compare takes two files/],
  ['no files to compare', ['--compare', 'a.json', 'b.json'], /--compare a\.json: ENOENT/],
  ['another file to compare', ['--compare', 'package.json', 'package.json'], /--compare package\.json: .*format/],
  ['an unknown cipher suite', ['smoke', '--cipher-suites', 'NO_SUCH_SUITE'], /--cipher-suites/],
  ['an unknown option', ['smoke', '--devises', '3'], /Did you mean --devices/],
] as const) {
  test(`usage error: ${what}`, async (t) => {
    const bench = CommandProcess.start(t, 'bench', ...parameters);
    t.is(await bench.exited, 2, bench.output);
    t.regex(bench.stderr, words);
    t.is(bench.stdout, '');
  });
}
