import { readdirSync, readFileSync } from 'node:fs';
import { TlsError } from '../errors/tls-error.js';
import type { SwarmSettings } from './swarm-options.js';

/** Descriptors that the rest of the process may need meanwhile. */
const SPARE_FILES = 32;

/** Throws `ERR_TOO_MANY_DEVICES` for more sockets than this process can have: which limit it is, and what to do. */
export function checkLimits({ devices, sockets, pool }: SwarmSettings): void {
  const free = freeFiles();
  const share =
    pool === undefined
      ? "let devices share sockets by sourceAddresses, such as '127.0.0.0/8'"
      : 'give sourceAddresses with more addresses, or a greater devicesPerSocket';
  const needed = `${devices} devices need ${sockets} sockets`;
  if (sockets > free) {
    throw tooMany(
      `${needed}, and the limit of open files of this process leaves ${free}: ${share}, or raise the limit ` +
        `(ulimit -n ${sockets + SPARE_FILES + 64})`,
    );
  }
  const ports = localPorts();
  if (sockets > ports) {
    throw tooMany(
      `${needed}, and the system has ${ports} UDP ports to choose from (net.ipv4.ip_local_port_range): ${share}`,
    );
  }
}

function tooMany(message: string): TlsError {
  return new TlsError('ERR_TOO_MANY_DEVICES', `open: ${message}`);
}

function freeFiles(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    if (limit === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, Number(limit) - readdirSync('/proc/self/fd').length - SPARE_FILES);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function localPorts(): number {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return (last as number) - (first as number) + 1;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
