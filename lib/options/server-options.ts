import { Transport } from '../binding.js';
import { integer, optionsRecord } from './check.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from './dtls-options.js';
import {
  parseServerSecurity,
  type ServerSecurity,
  type ServerSecurityOptions,
  serverSecurityNames,
} from './server-security.js';

export interface DtlsServerOptions extends DtlsOptions, ServerSecurityOptions {
  /**
   * Largest number of associations at a time, handshakes in progress included; a client above it gets no answer, and
   * `counters().peersRefused` counts it. Integer 1..1048575, default 100000. Throws `ERR_INVALID_OPTION`.
   */
  maxPeers?: number | undefined;
}

export interface ServerSettings extends DtlsSettings {
  readonly security: ServerSecurity;
  readonly maxPeers: number;
}

const names = [...dtlsOptionNames, ...serverSecurityNames, 'maxPeers'];

export function parseServerOptions(value: unknown): ServerSettings {
  const options = optionsRecord(value, 'DtlsServer', names);
  return Object.freeze({
    ...parseDtlsOptions(options),
    maxPeers: integer(options['maxPeers'], 'maxPeers', { min: 1, max: 1_048_575, default: 100_000 }),
    security: parseServerSecurity(options, Transport.datagram),
  });
}
