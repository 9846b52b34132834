import type { ConnectOptions } from '../index.js';
import { integer, oneOf, optionsRecord } from '../options/check.js';

/** How each association is made: the options of `connect()` but for those that `send()` and the socket itself decide. */
export interface ClientSocketOptions extends Omit<ConnectOptions, 'host' | 'port' | 'signal' | 'session' | 'keylog'> {
  /**
   * Family of the address that `send()` takes without one, `127.0.0.1` or `::1`. Default `'udp4'`. Throws
   * `ERR_INVALID_OPTION`.
   */
  type?: 'udp4' | 'udp6' | undefined;
  /**
   * False: no session is kept. Otherwise the newest session of each server is, in memory, and an association that is made
   * again resumes it; of at most a thousand servers. Throws `ERR_INVALID_OPTION`, from the first `send()`.
   */
  session?: false | undefined;
  /**
   * Largest number of messages that wait for one handshake. More fail with `ENOBUFS`. Integer 1..65536, default 64. Throws
   * `ERR_INVALID_OPTION`.
   */
  maxQueued?: number | undefined;
}

export interface ClientSocketSettings {
  readonly type: 'udp4' | 'udp6';
  readonly maxQueued: number;
  readonly keepSessions: boolean;
  /** Of each association; `connect()` parses them. */
  readonly connection: Omit<ConnectOptions, 'host' | 'port'>;
}

/** A record rather than a list, so that the compiler finds a name that is missing. */
const names: Record<keyof ClientSocketOptions, true> = {
  type: true,
  maxQueued: true,
  session: true,
  psk: true,
  cert: true,
  key: true,
  passphrase: true,
  ca: true,
  systemTrust: true,
  crl: true,
  rejectUnauthorized: true,
  minVersion: true,
  maxVersion: true,
  securityLevel: true,
  signatureAlgorithms: true,
  groups: true,
  servername: true,
  checkName: true,
  dane: true,
  tickets: true,
  localAddress: true,
  localPort: true,
  cipherSuites: true,
  mtu: true,
  handshakeTimeouts: true,
  recordLayer: true,
  udpBackend: true,
  copyMessages: true,
  keylogFile: true,
  faults: true,
  capture: true,
};

/** The options of the associations are checked when the first is made. */
export function parseClientSocketOptions(value: unknown): ClientSocketSettings {
  const { type, maxQueued, ...connection } = optionsRecord(value, 'createClientSocket', Object.keys(names));
  return Object.freeze({
    type: oneOf(type, 'type', ['udp4', 'udp6'], 'udp4'),
    maxQueued: integer(maxQueued, 'maxQueued', { min: 1, max: 65_536, default: 64 }),
    keepSessions: connection['session'] !== false,
    connection: Object.freeze({ copyMessages: true, ...connection }) as ClientSocketSettings['connection'],
  });
}
