import { readFile } from 'node:fs/promises';
import { TlsError } from '../index.js';
import type { SwarmOptions } from '../swarm/index.js';
import type { Scenario } from './scenario.js';

/** Where the devices of a run connect to. */
export interface BenchTarget {
  /** Name or address. */
  host: string;
  /** UDP port, 1..65535. */
  port: number;
}

/** What a scenario says about its fleet, as the options of a swarm. Rejects when the file of `ca` cannot be read. */
export async function swarmOptions(scenario: Scenario, { host, port }: BenchTarget): Promise<SwarmOptions> {
  const { devices, psk, certificates, devicesFile, endpoint, sourceAddresses, devicesPerSocket } = scenario;
  const { servername, rejectUnauthorized, cipherSuites, mtu, recordLayer, handshakeTimeouts, sessions, faults } =
    scenario;
  return {
    ...{ host, port, devices, psk, certificates, devicesFile, endpoint, sourceAddresses, devicesPerSocket },
    ...{ servername, rejectUnauthorized, cipherSuites, mtu, recordLayer, handshakeTimeouts },
    ca: scenario.ca === undefined ? undefined : await readAuthorities(scenario.ca),
    sessions: sessions !== 'none',
    tickets: sessions === 'none' ? undefined : sessions === 'ticket',
    faults: faults && { seed: scenario.seed, ...faults },
  } as SwarmOptions;
}

async function readAuthorities(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TlsError('ERR_INVALID_OPTION', `ca: it cannot be read: ${(cause as Error).message}`, { cause });
  }
}
