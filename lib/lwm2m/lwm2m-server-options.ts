import type { DtlsServerOptions } from '../index.js';
import { integer, optionsRecord } from '../options/check.js';

export interface Lwm2mServerOptions extends DtlsServerOptions {
  /**
   * Lifetime of a registration that names none. Integer 0..4294967295 seconds, default 86400; 0 means it never ends.
   * Throws `ERR_INVALID_OPTION`.
   */
  defaultLifetime?: number | undefined;
  /**
   * Largest number of registrations at a time; Register above it is answered with 5.03. Integer 1..16777216,
   * default 100000. Throws `ERR_INVALID_OPTION`.
   */
  maxRegistrations?: number | undefined;
}

export interface Lwm2mServerSettings {
  readonly defaultLifetime: number;
  readonly maxRegistrations: number;
  /** What is the DTLS server's, not parsed yet. */
  readonly dtls: DtlsServerOptions;
}

/** A record rather than a list, so that the compiler finds a name that is missing. */
const names: Record<keyof Lwm2mServerOptions, true> = {
  defaultLifetime: true,
  maxRegistrations: true,
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
  requestCert: true,
  sessions: true,
  preferServerOrder: true,
  maxPeers: true,
  maxHandshakes: true,
  maxPeersPerAddress: true,
  maxHandshakesPerAddress: true,
  idleTimeout: true,
  whenFull: true,
  evictAfter: true,
  admit: true,
  selectContext: true,
  questionTimeout: true,
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

const LIFETIME_RANGE = { min: 0, max: 4_294_967_295, unit: 'seconds', default: 86_400 };
const REGISTRATIONS_RANGE = { min: 1, max: 16_777_216, default: 100_000 };

export function parseLwm2mServerOptions(value: unknown): Lwm2mServerSettings {
  const { defaultLifetime, maxRegistrations, ...dtls } = optionsRecord(value, 'Lwm2mServer', Object.keys(names));
  return Object.freeze({
    defaultLifetime: integer(defaultLifetime, 'defaultLifetime', LIFETIME_RANGE),
    maxRegistrations: integer(maxRegistrations, 'maxRegistrations', REGISTRATIONS_RANGE),
    dtls: Object.freeze(dtls) as unknown as DtlsServerOptions,
  });
}
