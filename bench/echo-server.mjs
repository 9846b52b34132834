// The server under test: the package's public API, with the echo in JavaScript.
//
// Takes the arguments of the C server (bench/reference/server_arguments.c) that a
// profile has, and:
//   --set NAME=JSON      any other option of DtlsServer; may be repeated
//   --workers N          N worker threads share the port; without it the main thread serves
//   --exit-with-parent   ends with its standard input too
// Prints "listening PORT" and serves until SIGTERM. A line "status" on its standard
// input is answered with one line of JSON: the counters of each thread that serves.
// "collect" does the same after it has collected garbage, if node has --expose-gc.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { serveHere } from './server/serve.mjs';
import { serveInWorkers } from './server/workers.mjs';

const { values } = parseArgs({
  options: {
    cipher: { type: 'string', default: 'PSK-AES128-CCM8' },
    groups: { type: 'string', default: 'P-256' },
    sigalgs: { type: 'string', default: 'ECDSA+SHA256' },
    cert: { type: 'string' },
    key: { type: 'string' },
    ca: { type: 'string' },
    'session-cache': { type: 'string', default: '0' },
    'session-timeout': { type: 'string', default: '86400' },
    tickets: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: '0' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

const workers = Number(values.workers);
const service = workers > 0 ? await serveInWorkers(workers, values) : await serveHere(values, 0);

let closing;
async function stop() {
  closing ??= service.close();
  await closing;
  process.exit(0);
}

async function collect() {
  // Twice: finalizers of the first pass release what the second one finds.
  for (let pass = 0; pass < 2; pass++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function obey(command) {
  if (command === 'collect') await collect();
  console.log(JSON.stringify(await service.status()));
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const commands = createInterface({ input: process.stdin }).on('line', obey);
if (values['exit-with-parent']) commands.on('close', stop);

console.log('listening', service.port);
