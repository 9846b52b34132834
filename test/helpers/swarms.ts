/** A server that knows the keys of numbered devices, and swarms of such devices. */
import type { ExecutionContext } from 'ava';
import type { DtlsServer, DtlsServerOptions } from 'lwm2m-tls';
import { Swarm, type SwarmDevice, type SwarmOptions } from 'lwm2m-tls/swarm';
import { quickTimeouts, startEchoServer } from './ours.js';
import { within } from './within.js';

/** Patterns of identities and keys that the server of {@link startFleetServer} knows. */
export const numbered = { identity: 'dev-%06d', key: '%032x' };

/** The key of a numbered device. */
export function keyOf(identity: string): Uint8Array | undefined {
  const number = /^dev-(\d{6})$/.exec(identity)?.[1];
  return number === undefined ? undefined : Buffer.from(Number(number).toString(16).padStart(32, '0'), 'hex');
}

export async function startFleetServer(
  t: ExecutionContext,
  options: Partial<DtlsServerOptions> = {},
): Promise<{ server: DtlsServer; port: number }> {
  return startEchoServer(t, { psk: keyOf, handshakeTimeouts: quickTimeouts, ...options });
}

/** An open swarm of numbered devices, closed with the test. */
export async function openSwarm(
  t: ExecutionContext,
  port: number,
  options: Partial<SwarmOptions> = {},
): Promise<Swarm> {
  const swarm = new Swarm({
    ...{ host: '127.0.0.1', port, devices: 4, psk: numbered, handshakeTimeouts: quickTimeouts },
    ...options,
  });
  t.teardown(async () => swarm.close());
  await swarm.open();
  return swarm;
}

export function devicesOf(swarm: Swarm): SwarmDevice[] {
  return Array.from({ length: swarm.size }, (_, index) => swarm.device(index));
}

export async function connectAll(swarm: Swarm): Promise<SwarmDevice[]> {
  const devices = devicesOf(swarm);
  await Promise.all(devices.map((device) => device.connect()));
  return devices;
}

/** Sends and waits for what comes back to this device. */
export async function echoTo(swarm: Swarm, device: SwarmDevice, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    const listen = (to: SwarmDevice, message: Buffer): void => {
      if (to !== device) return;
      swarm.off('message', listen);
      resolve(message.toString());
    };
    swarm.on('message', listen);
  });
  device.send(Buffer.from(text));
  return within(10_000, `the echo of ${text}`, answer);
}

/** The ways in which devices get their addresses. */
export const layouts: Readonly<Record<string, Partial<SwarmOptions>>> = {
  'a socket for each device': {},
  'one socket for all': { sourceAddresses: '127.0.0.0/8' },
  'sockets of three devices': { sourceAddresses: '127.1.0.0/24', devicesPerSocket: 3 },
};
