/** Socket options as another process reads them from descriptors that it inherits. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';
import type { Tool } from './foreign/tools.js';

export interface SocketOptions {
  dscp: number;
  /** IPV6_TCLASS, of IPv6 sockets. */
  dscp6?: number;
  priority: number;
  device: string;
}

/** With Linux's numbers of levels and options. */
const program = `
import json, socket, sys
def read(fd):
    s = socket.socket(fileno=fd)
    options = {
        'dscp': s.getsockopt(0, 1) >> 2,
        'priority': s.getsockopt(1, 12),
        'device': s.getsockopt(1, 25, 16).rstrip(b'\\0').decode(),
    }
    if s.family == socket.AF_INET6:
        options['dscp6'] = s.getsockopt(41, 67) >> 2
    return options
print(json.dumps([read(3 + i) for i in range(int(sys.argv[1]))]))`;

export function readSocketOptions(python: Tool, ...fds: number[]): SocketOptions[] {
  const output = execFileSync(python.command, ['-c', program, `${fds.length}`], {
    stdio: ['ignore', 'pipe', 'inherit', ...fds],
    encoding: 'utf8',
  });
  return JSON.parse(output) as SocketOptions[];
}

/** For options that need CAP_NET_ADMIN. */
export const privilegedTest = mayAdministerNetwork() ? test : test.skip;

function mayAdministerNetwork(): boolean {
  if (process.platform !== 'linux') return false;
  const [, effective = '0'] = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${effective}`) & (1n << 12n)) !== 0n;
}
