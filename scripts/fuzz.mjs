/**
 * Builds the fuzz targets of native/core with Clang and runs each: first its kept corpus, then new inputs for a while. What is
 * found lies in build/fuzz/found/, and the exit code is 1.
 *
 *   --target NAME   one target only, with or without its `_fuzz`; may be repeated
 *   --seconds N     new inputs for so long, per target (default 60; 0: the corpus alone)
 *   --jobs N        targets at a time (default: as many as there are processors)
 *   --minimize      afterwards, put into the kept corpus what new inputs have reached, and take out what adds nothing;
 *                   its seeds (write_seeds.cc) are written anew
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runAsScript } from './build-native.mjs';

const projectFolder = path.resolve(import.meta.dirname, '..');
const sources = path.join(projectFolder, 'native/core/fuzz');
const output = path.join(projectFolder, 'build/fuzz');

/** Bytes of an input. Scripts that are longer say nothing new, and datagrams of a handshake are about as long. */
const longestInput = 700;
/** Seconds after which one input counts as hanging. */
const patience = 20;

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '60' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    minimize: { type: 'boolean', default: false },
  },
});

runAsScript(() => {
  const targets = chosenTargets();
  const seconds = wholeNumber('seconds', 0);
  const jobs = wholeNumber('jobs', 1);
  build();
  if (options.minimize) build('write_seeds');
  runAll(targets, seconds, jobs);
});

function chosenTargets() {
  const all = readdirSync(sources)
    .filter((file) => file.endsWith('_fuzz.cc'))
    .map((file) => path.basename(file, '.cc'));
  const wanted = options.target?.map((name) => (name.endsWith('_fuzz') ? name : `${name}_fuzz`)) ?? all;
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown) throw new Error(`there is no fuzz target ${unknown}: ${all.join(', ')}`);
  return wanted;
}

function wholeNumber(name, least) {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${name} is ${options[name]}, expected a whole number from ${least}`);
  }
  return value;
}

/** One target of CMake, or all that are usual. */
function build(...target) {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
  const only = target.flatMap((name) => ['--target', name]);
  const parameters = ['build', '--directory', projectFolder, '--out', output, '--CDFUZZ=ON', ...only];
  execFileSync(process.execPath, [cmakeJs, ...parameters, '--parallel', String(availableParallelism())], {
    env: { ...process.env, CC: process.env.CC ?? 'clang', CXX: process.env.CXX ?? 'clang++' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function runAll(targets, seconds, jobs) {
  const waiting = [...targets];
  const worker = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) await runTarget(target, seconds);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

async function runTarget(target, seconds) {
  const kept = path.join(sources, 'corpus', target);
  const reached = folder('reached', target);
  const found = folder('found', target);
  const common = [`-max_len=${longestInput}`, `-timeout=${patience}`, `-artifact_prefix=${found}${path.sep}`];
  const start = Date.now();
  const steps = [['the kept corpus', ['-runs=0', kept]]];
  if (seconds > 0) steps.push(['new inputs', ['-len_control=0', `-max_total_time=${seconds}`, reached, kept]]);
  for (const [what, parameters] of steps) {
    const { status, log } = await fuzzer(target, [...common, ...parameters]);
    if (status !== 0) return report(target, what, log);
  }
  if (options.minimize && !(await minimize(target, common, kept, reached))) return;
  process.stdout.write(`ok     ${target}, ${Math.round((Date.now() - start) / 1000)} s\n`);
}

async function minimize(target, common, kept, reached) {
  const smaller = folder('minimized', target);
  execFileSync(path.join(output, 'write_seeds'), [smaller, target]);
  const { status, log } = await fuzzer(target, [
    ...common,
    '-merge=1',
    '-set_cover_merge=1',
    '-use_counters=0',
    smaller,
    kept,
    reached,
  ]);
  if (status !== 0) {
    report(target, 'minimizing the corpus', log);
    return false;
  }
  rmSync(kept, { recursive: true, force: true });
  renameSync(smaller, kept);
  rmSync(reached, { recursive: true });
  return true;
}

function folder(kind, target) {
  const name = path.join(output, kind, target);
  if (kind === 'minimized') rmSync(name, { recursive: true, force: true });
  mkdirSync(name, { recursive: true });
  return name;
}

function report(target, what, log) {
  const file = /Test unit written to (\S+)/.exec(log)?.[1];
  const again = file ? `\n    again: ${path.relative('', path.join(output, target))} ${path.relative('', file)}` : '';
  process.stdout.write(`${log.split('\n').slice(-80).join('\n')}\nnot ok ${target}, ${what}${again}\n`);
  process.exitCode = 1;
}

/** @returns {Promise<{ status: number | null, log: string }>} */
function fuzzer(target, parameters) {
  const child = spawn(path.join(output, target), parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log = (log + text).slice(-100_000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status) => resolve({ status, log }));
  });
}
