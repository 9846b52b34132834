/**
 * Runs the real Artillery with `packages/artillery-engine-lwm2m-tls` against our servers, and reads its reports. Artillery and a
 * Node.js that it supports are installed into `.artillery/`, which is kept: the first time takes a minute or more.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DtlsServer } from 'lwm2m-tls';
import { Lwm2mServer } from 'lwm2m-tls/lwm2m';
import { stringify } from 'yaml';

const projectFolder = path.resolve(import.meta.dirname, '..');
const cache = path.join(projectFolder, '.artillery');
const modules = path.join(cache, 'node_modules');
const engine = path.join(projectFolder, 'packages/artillery-engine-lwm2m-tls');

/** What no run of ours loads is replaced by nothing: browsers and the metrics services of others, 150 of 450 MB. */
const unneeded = [
  '@playwright/browser-chromium',
  '@playwright/test',
  'playwright',
  'datadog-metrics',
  'dogapi',
  'hot-shots',
];
const installed = {
  private: true,
  dependencies: { artillery: '2.0.34', node: '22' },
  overrides: Object.fromEntries(unneeded.map((name) => [name, 'file:./nothing'])),
};

const deviceKey = (number) => number.toString(16).padStart(32, '0');
const psk = { identity: 'dev-%06d', key: '%032x' };
const known = (count) => {
  const keys = {};
  for (let number = 0; number < count; number += 1) {
    keys[`dev-${String(number).padStart(6, '0')}`] = Buffer.from(deviceKey(number), 'hex');
  }
  return keys;
};

const folder = await mkdtemp(path.join(os.tmpdir(), 'artillery-test-'));
/** Closed in the end. */
const servers = [];
let runs = 0;
let failed = 0;
try {
  const startedAt = performance.now();
  await install();
  await installEngine();
  console.log(`installed in ${seconds(startedAt)} s`);
  // Side by side: most of the time Artillery waits.
  await Promise.all([
    check('devices register, come back and leave', registration),
    check('each virtual user of each worker is another device', workers),
    check('payload files and functions of the user are used', payload),
    check('devices that come back later have their session', returning),
    check('wrong keys and identities are counted', wrongKeys),
    check('a target where nobody listens is counted', nobody),
    check('a step that does not exist fails every virtual user', unknownStep),
    check('a target that is none fails every virtual user', badTarget),
  ]);
} finally {
  await Promise.all(servers.map((server) => server.close()));
  await rm(folder, { recursive: true });
}
process.exitCode = failed === 0 ? 0 : 1;

async function registration() {
  const server = opened(new Lwm2mServer({ psk: known(10) }));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const { counters, summaries, code, output } = await artillery({
    config: {
      target: `coaps://127.0.0.1:${port}`,
      phases: [{ duration: 1, arrivalCount: 10 }],
      options: { psk, lifetime: 60 },
    },
    flow: [
      'handshake',
      'register',
      { loop: [{ update: { lifetime: 120 } }, { ping: { count: 2 } }], count: 3 },
      { think: '50ms' },
      'close',
      { resume: null },
      { update: { name: 'update-again' } },
      { sleep: { seconds: 0.05 } },
      'wake',
      { reboot: { name: 'start-again' } },
      'register',
      'deregister',
    ],
  });
  assert.equal(code, 0);
  assert.deepEqual(errorsOf(counters), {}, output);
  assert.equal(counters['vusers.completed'], 10);
  const operations = { handshake: 10, register: 20, update: 30, ping: 60, resumption: 10 };
  Object.assign(operations, { 'update-again': 10, wake: 10, 'start-again': 10, deregister: 10 });
  for (const [operation, count] of Object.entries(operations)) {
    assert.equal(counters[`lwm2m_tls.${operation}.succeeded`], count, operation);
    const summary = summaries[`lwm2m_tls.${operation}.time`];
    assert.equal(summary.count, count, operation);
    assert.ok(summary.min > 0 && summary.min <= summary.p50 && summary.p50 <= summary.p99, operation);
  }
  assert.equal(counters['lwm2m_tls.handshakes.full'], 20);
  assert.equal(counters['lwm2m_tls.handshakes.resumed'], 20);
  assert.equal(server.counters().registrations, 20);
  assert.equal(server.counters().updates, 40);
  assert.equal(server.counters().deregistrations, 10);
  assert.equal(server.counters().pings, 60);
}

async function workers() {
  const server = opened(new DtlsServer({ psk: known(1_000) }));
  const identities = [];
  server.on('connection', (socket) => {
    identities.push(socket.pskIdentity);
    socket.on('message', (message) => socket.send(message));
  });
  const { port } = await server.listen({ host: '127.0.0.1' });
  const { counters, summaries, output } = await artillery({
    workers: 2,
    config: {
      target: `coaps://127.0.0.1:${port}`,
      phases: [{ duration: 2, arrivalRate: 20 }],
      options: { psk, firstDevice: 100 },
    },
    flow: [{ connect: {} }, { echo: { count: 5, rate: 50, size: 100 } }, { send: { payload: 'from {{ $endpoint }}' } }],
  });
  assert.deepEqual(errorsOf(counters), {}, output);
  assert.ok(identities.length >= 30, `${identities.length} virtual users`);
  assert.equal(new Set(identities).size, identities.length);
  assert.ok(identities.every((identity) => identity >= 'dev-000100'));
  assert.equal(counters['lwm2m_tls.handshake.succeeded'], identities.length);
  assert.equal(counters['lwm2m_tls.echo.succeeded'], 5 * identities.length);
  assert.equal(counters['lwm2m_tls.send.succeeded'], identities.length);
  assert.equal(summaries['lwm2m_tls.echo.time'].count, 5 * identities.length);
  assert.ok(server.counters().messagesReceived >= 5 * identities.length);
}

async function payload() {
  const rows = ['north,6e6f727468', 'south,736f757468'];
  writeFileSync(path.join(folder, 'devices.csv'), rows.join('\n'));
  writeFileSync(
    path.join(folder, 'processor.mjs'),
    "export async function greet({ vars }) { vars.greeting = 'hello from ' + vars.who; }\n",
  );
  const server = opened(new DtlsServer({ psk: { north: Buffer.from('north'), south: Buffer.from('south') } }));
  const greetings = [];
  server.on('connection', (socket) => socket.on('message', (message) => greetings.push(String(message))));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const { counters, output } = await artillery({
    config: {
      target: `coaps://127.0.0.1:${port}`,
      phases: [{ duration: 1, arrivalCount: 4 }],
      payload: { path: 'devices.csv', fields: ['who', 'secret'], order: 'sequence' },
      processor: './processor.mjs',
      options: { psk: { identity: '%{who}', key: '%{secret}' } },
    },
    flow: ['handshake', { function: 'greet' }, { send: { payload: '{{ greeting }}' } }, { idle: { seconds: 0.1 } }],
  });
  assert.deepEqual(errorsOf(counters), {}, output);
  assert.deepEqual(
    greetings.sort(),
    ['north', 'north', 'south', 'south'].map((who) => `hello from ${who}`),
  );
}

async function returning() {
  const server = opened(new Lwm2mServer({ psk: known(5) }));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const { counters, output } = await artillery({
    config: {
      target: `coaps://127.0.0.1:${port}`,
      phases: [{ duration: 4, arrivalCount: 10 }],
      options: { psk, devices: 5 },
    },
    flow: [{ resume: { allowFull: true } }, 'register'],
  });
  assert.deepEqual(errorsOf(counters), {}, output);
  assert.equal(counters['lwm2m_tls.handshakes.full'], 5);
  assert.equal(counters['lwm2m_tls.handshakes.resumed'], 5);
}

async function wrongKeys() {
  const server = opened(new DtlsServer({ psk: { ...known(1), 'dev-000001': Buffer.from('another') } }));
  const { port } = await server.listen({ host: '127.0.0.1' });
  const { counters } = await artillery({
    config: {
      target: `coaps://127.0.0.1:${port}`,
      phases: [{ duration: 1, arrivalCount: 3 }],
      options: { psk, handshakeTimeouts: { min: 50, max: 400 } },
    },
    flow: ['handshake'],
  });
  assert.deepEqual(errorsOf(counters), { ETIMEDOUT: 1, ERR_ALERT_RECEIVED: 1 });
  assert.equal(counters['lwm2m_tls.handshake.failed'], 2);
  assert.equal(counters['lwm2m_tls.handshake.succeeded'], 1);
  assert.equal(counters['vusers.failed'], 2);
  assert.equal(counters['vusers.completed'], 1);
}

async function nobody() {
  const server = new DtlsServer({ psk: known(1) });
  const { port } = await server.listen({ host: '127.0.0.1' });
  await server.close();
  const { counters } = await artillery({
    config: { target: `coaps://127.0.0.1:${port}`, phases: [{ duration: 1, arrivalCount: 2 }], options: { psk } },
    flow: ['handshake', 'register'],
  });
  assert.deepEqual(errorsOf(counters), { ECONNREFUSED: 2 });
  assert.equal(counters['lwm2m_tls.register.failed'], undefined);
}

async function unknownStep() {
  const { counters, code, output } = await artillery({
    config: { target: 'coaps://127.0.0.1:5684', phases: [{ duration: 1, arrivalCount: 2 }], options: { psk } },
    flow: ['handshake', { loop: [{ registr: {} }], count: 2 }],
  });
  assert.deepEqual(errorsOf(counters), { ERR_UNKNOWN_STEP: 2 });
  assert.equal(counters['vusers.failed'], 2);
  assert.match(output, /ERR_UNKNOWN_STEP: .*flow\[1\]\.loop\[0\]: there is no step 'registr', known are handshake/);
  assert.equal(code, 1);
}

async function badTarget() {
  const { counters, code, output } = await artillery({
    config: { target: 'https://127.0.0.1:5684', phases: [{ duration: 1, arrivalCount: 2 }], options: { psk } },
    flow: ['handshake'],
  });
  assert.deepEqual(errorsOf(counters), { ERR_INVALID_TARGET: 2 });
  assert.match(output, /config\.target: got https:\/\/127\.0\.0\.1:5684, expected coaps:\/\/host:port/);
  assert.equal(code, 1);
}

/** One run of Artillery: the aggregate of its report, and its exit code. */
async function artillery({ config: { options, ...config }, flow, workers = 1 }) {
  runs += 1;
  const script = path.join(folder, `script-${runs}.yml`);
  const report = path.join(folder, `report-${runs}.json`);
  const engines = { 'lwm2m-tls': {} };
  writeFileSync(
    script,
    stringify({
      config: { ...config, engines, 'lwm2m-tls': options },
      scenarios: [{ name: 'test', engine: 'lwm2m-tls', flow }],
    }),
  );
  const entry = path.join(modules, 'artillery/bin/run');
  const { code, output } = await run(path.join(modules, '.bin/node'), [entry, 'run', '--output', report, script], {
    cwd: folder,
    env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', WORKERS: String(workers), NO_COLOR: '1' },
  });
  try {
    const { aggregate } = JSON.parse(readFileSync(report, 'utf8'));
    return { counters: aggregate.counters, summaries: aggregate.summaries, code, output };
  } catch (error) {
    throw new Error(`no report: ${error.message}\n${output}`);
  }
}

function errorsOf(counters) {
  return Object.fromEntries(
    Object.entries(counters)
      .filter(([name]) => name.startsWith('errors.'))
      .map(([name, count]) => [name.slice('errors.'.length), count]),
  );
}

function opened(server) {
  servers.push(server);
  return server;
}

async function check(title, test) {
  if (!title.includes(process.argv[2] ?? '')) return; // the part of a title that is given
  const startedAt = performance.now();
  try {
    await test();
    console.log(`ok - ${title} (${seconds(startedAt)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${title}\n${error.stack}`);
  }
}

async function install() {
  const wanted = JSON.stringify(installed, null, 2);
  const marker = path.join(modules, 'installed.json');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(path.join(cache, 'nothing'), { recursive: true });
  writeFileSync(path.join(cache, 'package.json'), wanted);
  writeFileSync(path.join(cache, 'nothing/package.json'), JSON.stringify({ name: 'nothing', version: '0.0.0' }));
  const env = { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
  const npm = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
  const { code, output } = await run('npm', npm, { cwd: cache, env, shell: process.platform === 'win32' });
  if (code !== 0) throw new Error(`npm install failed\n${output}`);
  writeFileSync(marker, wanted);
}

/** As npm would, from what it would publish; with the lwm2m-tls of this folder. */
async function installEngine() {
  const target = path.join(modules, 'artillery-engine-lwm2m-tls');
  rmSync(target, { recursive: true, force: true });
  rmSync(path.join(modules, 'lwm2m-tls'), { force: true });
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: engine });
  if (packed.code !== 0) throw new Error(packed.output);
  mkdirSync(target, { recursive: true });
  const tarball = path.join(folder, packed.output.trim().split('\n').at(-1));
  const unpacked = await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], { cwd: folder });
  if (unpacked.code !== 0) throw new Error(unpacked.output);
  symlinkSync(projectFolder, path.join(modules, 'lwm2m-tls'), 'junction');
}

function run(command, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

function seconds(since) {
  return ((performance.now() - since) / 1_000).toFixed(1);
}
