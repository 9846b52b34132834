import { boolean, invalidOption, invalidSecret, optionsRecord } from '../../options/check.js';
import { type BackendConfiguration, type BackendSettings, parseBackendConfiguration } from './backend-configuration.js';
import { type SuiteSelection, selectSuites } from './cipher-suites.js';
import {
  DEFAULT_DTLS_HANDSHAKE_TIMEOUTS,
  type DtlsHandshakeTimeouts,
  parseDtlsHandshakeTimeouts,
} from './handshake-timeouts.js';
import type { LibraryContext } from './library-context.js';
import { parseMinVersion, type SslVersion } from './protocol-version.js';
import { parseSecurity, type SecurityInfo, type SecuritySettings, wipeSecurity } from './security.js';
import { parseServerName } from './server-name.js';

/**
 * `avs_net_ssl_configuration_t`. Everything is checked and copied when a socket is created, files are read there, but for
 * `sessionResumptionBuffer` and `backendConfiguration.preferredEndpoint`, which stay the caller's.
 */
export interface SslConfiguration {
  /** Lowest protocol version; default `SslVersion.default`: no bound. `ENOTSUP` for what the transport does not have. */
  version?: SslVersion | undefined;
  /** Credentials and trust; default: certificate mode that verifies nothing. */
  security?: SecurityInfo | undefined;
  /** DTLS only; default 1 s and 60 s. `EINVAL`. */
  dtlsHandshakeTimeouts?: DtlsHandshakeTimeouts | undefined;
  /**
   * Memory that the session lives in, so that it survives this object: read by `connect`, written when a session is
   * established, all zeros after a failure. 1024 bytes are enough for most. Default: no resumption.
   */
  sessionResumptionBuffer?: Uint8Array | undefined;
  /**
   * IANA numbers in order of preference. What is unknown here, or does not fit the mode, is ignored; when nothing is left,
   * `connect` throws `EPROTO`. Default and empty: all that fit.
   */
  ciphersuites?: ArrayLike<number> | undefined;
  /**
   * Called last of all with a handle of the native context; when it throws or returns another number than 0: `EPIPE`.
   * Called again when the socket accepts its first client.
   */
  additionalConfigurationClb?: ((context: LibraryContext) => unknown) | undefined;
  /** The unencrypted socket below. `EINVAL`. */
  backendConfiguration?: BackendConfiguration | undefined;
  /** Replaces the host of `connect` in SNI, in the check of the certificate and for DANE. 255 bytes; `ENOBUFS` above. */
  serverNameIndication?: string | undefined;
  /** RFC 9146, DTLS only. Accepted; no connection is resumed with one yet. */
  useConnectionId?: boolean | undefined;
  /** Accepted and ignored: random numbers are OpenSSL's. */
  prngCtx?: unknown;
}

export interface Configuration {
  readonly transport: 'datagram' | 'stream';
  readonly minVersion: number;
  readonly security: SecuritySettings;
  readonly handshakeTimeouts: Readonly<DtlsHandshakeTimeouts>;
  /** The caller's own. */
  readonly sessionBuffer: Uint8Array | undefined;
  readonly suites: SuiteSelection;
  readonly configureLibrary: ((context: LibraryContext) => unknown) | undefined;
  readonly backend: BackendSettings;
  readonly serverName: string | undefined;
  readonly useConnectionId: boolean;
}

const names = [
  ...['version', 'security', 'dtlsHandshakeTimeouts', 'sessionResumptionBuffer', 'ciphersuites'],
  ...['additionalConfigurationClb', 'backendConfiguration', 'serverNameIndication', 'useConnectionId', 'prngCtx'],
];

export function parseConfiguration(value: unknown, transport: 'datagram' | 'stream'): Configuration {
  const options = optionsRecord(value, 'the configuration', names);
  const minVersion = parseMinVersion(options['version'], transport);
  const handshakeTimeouts = parseTimeouts(options['dtlsHandshakeTimeouts']);
  const sessionBuffer = parseSessionBuffer(options['sessionResumptionBuffer']);
  const configureLibrary = parseCallback(options['additionalConfigurationClb']);
  const backend = parseBackendConfiguration(options['backendConfiguration'], transport);
  const serverName = parseServerName(options['serverNameIndication']);
  const useConnectionId = boolean(options['useConnectionId'], 'useConnectionId', false);
  const security = parseSecurity(options['security']);
  const suites = suitesFor(security, options['ciphersuites'], transport, minVersion);
  return Object.freeze({
    transport,
    minVersion,
    security,
    handshakeTimeouts,
    sessionBuffer,
    suites,
    configureLibrary,
    backend,
    serverName,
    useConnectionId,
  });
}

function parseTimeouts(value: unknown): Readonly<DtlsHandshakeTimeouts> {
  return value === undefined ? DEFAULT_DTLS_HANDSHAKE_TIMEOUTS : parseDtlsHandshakeTimeouts(value);
}

/** The last check of all: what is wrong here leaves nobody who could wipe the secrets later. */
function suitesFor(
  security: SecuritySettings,
  value: unknown,
  transport: 'datagram' | 'stream',
  minVersion: number,
): SuiteSelection {
  try {
    return selectSuites(value, security.mode, transport, minVersion);
  } catch (error) {
    wipeSecurity(security);
    throw error;
  }
}

function parseSessionBuffer(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof Uint8Array)) throw invalidSecret('sessionResumptionBuffer', value, 'a Uint8Array');
  return value.length > 0 ? value : undefined;
}

function parseCallback(value: unknown): ((context: LibraryContext) => unknown) | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as (context: LibraryContext) => unknown;
  throw invalidOption('additionalConfigurationClb', value, 'a function');
}
