// Facts about the machine that a figure means nothing without.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

const QUIET_LOAD = 0.5;

/** A warning when other programs use the machine, else null. Ask before measuring. */
export function warnIfBusy() {
  const [load] = loadavg();
  if (load <= QUIET_LOAD) return null;
  return `other programs used the machine (load average ${load.toFixed(2)}: the figures are noisy)`;
}

function systemSetting(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown'; // an older kernel, or a container that hides it
  }
}

export function describeMachine(opensslVersion) {
  const processors = cpus();
  return {
    processor: `${processors[0].model.trim()}, ${processors.length} cores visible`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `Linux ${release()}`,
    architecture: process.arch,
    'net.core.rmem_max': systemSetting('/proc/sys/net/core/rmem_max'),
    'net.core.wmem_max': systemSetting('/proc/sys/net/core/wmem_max'),
    'transparent huge pages': systemSetting('/sys/kernel/mm/transparent_hugepage/enabled'),
    node: process.version,
    openssl: opensslVersion,
    date: new Date().toISOString().slice(0, 10),
  };
}
