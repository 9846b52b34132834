// A swarm as a load generator: what bench/reference/load is in C, on the package's public API.
//
// Takes the arguments of the C load generator that a profile of clients has, and:
//   --port PORT            of the server, on 127.0.0.1
//   --peers N              devices, each with an address of its own in 127.0.0.0/8
//   --window N             handshakes outstanding at any time
//   --operations N         handshakes of one measurement
//   --exit-with-parent     ends with its standard input too
// Prints one line of JSON when it is ready. A line of input is answered with one of JSON: "measure" makes handshakes, each of
// which ends with close_notify; "establish" makes one for each device, which stays; "collect" collects garbage, if node has
// --expose-gc.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Swarm } from '../dist/swarm/index.js';

const DRAIN_MS = 30; // as the C load generator has it: for what comes late

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    peers: { type: 'string', default: '512' },
    window: { type: 'string', default: '32' },
    operations: { type: 'string', default: '1000' },
    cipher: { type: 'string', default: 'PSK-AES128-CCM8' },
    groups: { type: 'string', default: 'P-256' },
    sigalgs: { type: 'string', default: 'ECDSA+SHA256' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

const devices = Number(values.peers);
const swarm = new Swarm({
  host: '127.0.0.1',
  port: Number(values.port),
  devices,
  sourceAddresses: '127.0.0.0/8',
  psk: { identity: 'client1', key: '000102030405060708090a0b0c0d0e0f' },
  cipherSuites: [values.cipher],
  groups: values.groups.split(':'),
  signatureAlgorithms: values.sigalgs.split(':'),
});

/** Handshakes one after the other in each place of the window; `then(device)` follows each. */
async function handshakes(total, then) {
  const report = { operations: 0, failures: 0 };
  let next = 0;
  const inOnePlace = async () => {
    while (next < total) {
      const device = swarm.device(next++ % devices);
      try {
        await device.connect();
        then(device);
        report.operations += 1;
      } catch {
        report.failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.window) }, inOnePlace));
  return report;
}

async function measure() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const report = await handshakes(Number(values.operations), (device) => device.close());
  await sleep(DRAIN_MS);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = { wall_seconds: (performance.now() - began) / 1_000, client_cpu_seconds: (user + system) / 1e6 };
  return { event: 'measured', ...report, ...seconds };
}

async function collect() {
  // Twice: finalizers of the first pass release what the second one finds.
  for (let pass = 0; pass < 2; pass++) {
    globalThis.gc?.();
    await sleep(200);
  }
  return { event: 'collected', ...swarm.counters() };
}

await swarm.open();
const commands = {
  measure,
  collect,
  establish: async () => ({ event: 'established', ...(await handshakes(devices, () => {})) }),
};
createInterface({ input: process.stdin })
  .on('line', async (command) => console.log(JSON.stringify(await commands[command]())))
  .on('close', () => values['exit-with-parent'] && process.exit(0));
console.log(JSON.stringify({ event: 'ready' }));
