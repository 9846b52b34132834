// Child processes of the benchmark. None survives it: each is ended by its own id when
// the benchmark ends, and ends itself when the benchmark is killed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const GRACE_MS = 3_000;
const running = new Set();

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    killAll();
    process.exit(130);
  });
}

function killAll() {
  for (const child of running) child.kill('SIGKILL');
}

/** The cores for server and load generator, or null when there is only one. */
export function chooseCores() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  const cores = list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return cores.length >= 2 ? { server: cores[0], load: cores[1] } : null;
}

/**
 * Starts a program, pinned to `core` unless that is undefined. The result has `pid`, `line()` (next line of output;
 * rejects when there is none), `ask(text)` (next line after one of input), `endInput()`, `ended` and `stop()`.
 */
export function start(command, args, core) {
  // taskset replaces itself by the program, so the process id is the program's.
  const [file, ...rest] = core === undefined ? [command, ...args] : ['taskset', '-c', String(core), command, ...args];
  const child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);

  let errors = '';
  child.stderr.on('data', (data) => (errors = (errors + data).slice(-4_000)));
  child.stdin.on('error', () => {}); // it ended first: `line` or `stop` reports it
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      errors += error.message;
      running.delete(child);
      resolve();
    });
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const line = async () => {
    const { value, done } = await lines.next();
    if (!done) return value;
    await ended;
    throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}\n${errors}`);
  };

  return {
    pid: child.pid,
    line,
    ask(text) {
      child.stdin.write(`${text}\n`);
      return line();
    },
    endInput: () => child.stdin.end(),
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
