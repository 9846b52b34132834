import { PskStore } from '../psk-store.js';
import { boolean, integer, invalidSecret, optionsRecord } from './check.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from './dtls-options.js';

export interface DtlsServerOptions extends DtlsOptions {
  /**
   * The identities that may connect, and their keys. A {@link PskStore} is used as it is, and may serve several servers;
   * from a map or an object a store is made. Either way `server.identities` may change while the server runs.
   * Required; an empty one lets nobody in. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`.
   * `SSL_CTX_set_psk_server_callback`.
   *
   * @example psk: { 'urn:dev:1': Buffer.from('6b6579', 'hex') }
   */
  psk: PskStore | ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>;
  /**
   * Whether the order of `cipherSuites` decides rather than the client's. Default false. Throws `ERR_INVALID_OPTION`.
   * `SSL_OP_CIPHER_SERVER_PREFERENCE`.
   */
  preferServerOrder?: boolean | undefined;
  /**
   * Largest number of associations at a time, handshakes in progress included; a client above it gets no answer, and
   * `counters().peersRefused` counts it. Integer 1..1048575, default 100000. Throws `ERR_INVALID_OPTION`.
   */
  maxPeers?: number | undefined;
}

export interface ServerSettings extends DtlsSettings {
  readonly psk: PskStore;
  readonly preferServerOrder: boolean;
  readonly maxPeers: number;
}

const names = [...dtlsOptionNames, 'psk', 'preferServerOrder', 'maxPeers'];

export function parseServerOptions(value: unknown): ServerSettings {
  const options = optionsRecord(value, 'DtlsServer', names);
  return Object.freeze({
    ...parseDtlsOptions(options),
    preferServerOrder: boolean(options['preferServerOrder'], 'preferServerOrder', false),
    maxPeers: integer(options['maxPeers'], 'maxPeers', { min: 1, max: 1_048_575, default: 100_000 }),
    psk: parseStore(options['psk']),
  });
}

function parseStore(value: unknown): PskStore {
  if (value instanceof PskStore) return value;
  if (value instanceof Map) return new PskStore(value);
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) return new PskStore(Object.entries(value as object));
  throw invalidSecret('psk', value, 'a PskStore, a Map or an object of identities and keys');
}
