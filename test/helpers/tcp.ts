/** TCP descriptors of the native side. */
import type { ExecutionContext } from 'ava';
import { type NativeTcpSettings, native } from '#lib/binding.js';

const plain: NativeTcpSettings = {
  address: '127.0.0.1',
  port: 0,
  bind: false,
  backlog: 0,
  reuseAddress: false,
  dscp: 0,
  priority: 0,
  interfaceName: '',
  transparent: false,
};

/** A descriptor that nobody takes over: it is closed when the test ends. */
export function openTestTcp(t: ExecutionContext, settings: Partial<NativeTcpSettings> = {}): number {
  const fd = openTcp(settings);
  t.teardown(() => native.closeTcp(fd));
  return fd;
}

/** A descriptor for node:net. */
export function openTcp(settings: Partial<NativeTcpSettings> = {}): number {
  return native.openTcp({ ...plain, ...settings });
}

/**
 * A server whose queue of connections is full: further ones wait for an answer that does not come. Nothing closes the
 * descriptors that `keep` is given, unless it does.
 */
export async function openFullServer(keep: (fd: number) => void): Promise<number> {
  const open = (settings: Partial<NativeTcpSettings> = {}) => {
    const fd = openTcp(settings);
    keep(fd);
    return fd;
  };
  const { port } = native.tcpAddress(open({ bind: true, backlog: 1 }));
  while ((await connectTcp(open(), port, 100)) === 0);
  return port;
}

/** The outcome of an attempt to connect; undefined when there is none in time. */
export function connectTcp(fd: number, port: number, milliseconds?: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const giveUp = native.connectTcp(fd, '127.0.0.1', port, resolve);
    if (milliseconds === undefined) return;
    setTimeout(() => {
      giveUp();
      resolve(undefined);
    }, milliseconds);
  });
}
