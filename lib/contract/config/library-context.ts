import {
  CLIENT_ROLE,
  type ContextErrorDetails,
  type ContextSettings,
  type NativeContext,
  type NativePskTable,
  native,
  SERVER_ROLE,
  Transport,
  Verify,
} from '../../binding.js';
import { ContractError } from '../errors/contract-error.js';
import { selectSuites } from './cipher-suites.js';
import type { Configuration } from './configuration.js';
import { timeoutMicros } from './handshake-timeouts.js';
import { DEFAULT_MTU, handshakeMtu } from './mtu.js';
import type { PskSettings, SecuritySettings } from './security.js';

/**
 * What `additionalConfigurationClb` gets: the native context, as far as JavaScript can reach it. The argument of
 * `additional_configuration_clb` in `avs_net_ssl_configuration_t`.
 */
export interface LibraryContext {
  /**
   * One command of an OpenSSL configuration file, such as `configure('Curves', 'P-256')`. Throws when OpenSSL refuses.
   * `SSL_CONF_cmd`.
   */
  configure(command: string, value: string): void;
}

/** Headers of IPv6 and UDP. */
const IPV6_OVERHEAD = 48;

/** The client's context of a configuration. Throws what the contract says about credentials that cannot be used. */
export function createClientContext(configuration: Configuration): NativeContext {
  const context = createContext(clientSettings(configuration));
  applyCallback(configuration, context);
  return context;
}

/** The same credentials at the server's end. No sessions and no tickets: every client makes a full handshake. */
export function createServerContext(configuration: Configuration): NativeContext {
  const { security } = configuration;
  const { forcedMtu } = configuration.backend;
  const settings: ContextSettings = {
    ...clientSettings(configuration),
    role: SERVER_ROLE,
    mtu: serverMtu(forcedMtu),
    dane: false,
    sessions: false,
    tickets: false,
  };
  const context = createContext(
    security.mode === 'psk' ? { ...settings, psk: pskTable(security), verify: Verify.none } : settings,
  );
  applyCallback(configuration, context);
  return context;
}

/** What the DTLS of a server is told, whose clients come on paths of all kinds. */
export function serverMtu(forcedMtu: number): number {
  return forcedMtu > 0 ? handshakeMtu(forcedMtu - IPV6_OVERHEAD) : DEFAULT_MTU;
}

function pskTable({ identity, key }: PskSettings): NativePskTable {
  const table = new native.PskTable();
  table.set(identity, key);
  return table;
}

function clientSettings(configuration: Configuration): ContextSettings {
  const { transport, security, suites, handshakeTimeouts, sessionBuffer } = configuration;
  const resumes = sessionBuffer !== undefined;
  return {
    role: CLIENT_ROLE,
    transport: Transport[transport],
    minVersion: Math.max(configuration.minVersion, suites.minVersion),
    maxVersion: suites.maxVersion,
    cipherSuites: suites.ids.length > 0 ? suites.ids : selectSuites(undefined, security.mode, transport).ids,
    preferOwnOrder: false,
    securityLevel: 1,
    encryptThenMac: transport === 'stream',
    ownRecords: transport !== 'stream',
    mtu: DEFAULT_MTU,
    minTimeoutMicros: timeoutMicros(handshakeTimeouts.min),
    maxTimeoutMicros: timeoutMicros(handshakeTimeouts.max),
    psk: null,
    asksPsk: false,
    asksAdmission: false,
    asksCredentials: false,
    ...credentialSettings(security),
    sessions: resumes,
    sessionCacheSize: 0,
    sessionTimeout: 0,
    externalSessions: false,
    tickets: resumes,
  };
}

type CredentialFields =
  | ('certificates' | 'privateKey' | 'passphrase' | 'trustAnchors' | 'trustPaths' | 'systemTrust')
  | ('crls' | 'rebuildChain' | 'verify' | 'dane');

function credentialSettings(security: SecuritySettings): Pick<ContextSettings, CredentialFields> {
  if (security.mode === 'psk') {
    // Verification stays on and trusts nobody: a server with a certificate instead of the key is refused.
    const none = { certificates: [], privateKey: null, passphrase: null, trustAnchors: [], trustPaths: [], crls: [] };
    return { ...none, systemTrust: false, rebuildChain: false, verify: Verify.require, dane: false };
  }
  const { mode: _, verify, ...rest } = security;
  return { ...rest, verify: verify ? Verify.require : Verify.none };
}

function createContext(settings: ContextSettings): NativeContext {
  try {
    return new native.Context(settings);
  } catch (error) {
    const details = error as ContextErrorDetails & Error;
    if (details.code !== 'ERR_CONTEXT') throw error;
    const { field, index, reason } = details;
    const where =
      field === undefined ? 'configuration' : `${fieldName(field)}${index === undefined ? '' : `[${index}]`}`;
    throw new ContractError(codeOf(details), `${where}: ${explanation(details)}`, { reason, library: 'OpenSSL' });
  }
}

function codeOf({ kind }: ContextErrorDetails): string {
  switch (kind) {
    case 'trailing':
    case 'unreadablePath':
      return 'EIO';
    case 'tooBig':
      return 'E2BIG';
    case 'version':
      return 'ENOTSUP';
    default:
      return 'EPROTO';
  }
}

function explanation({ kind, reason }: ContextErrorDetails): string {
  const words = reason === '' ? '' : ` (${reason})`;
  switch (kind) {
    case 'unparsable':
      return `neither PEM nor DER that OpenSSL can read${words}; PKCS#12 is not supported`;
    case 'trailing':
      return `there are bytes behind the DER object${words}`;
    case 'mismatch':
      return `the private key does not belong to the certificate${words}`;
    case 'version':
      return `this OpenSSL does not have that protocol version${words}`;
    default:
      return `OpenSSL refused${words}`;
  }
}

/** The name in the configuration of a member of `ContextSettings`. */
function fieldName(field: string): string {
  const configured: Readonly<Record<string, string>> = {
    certificates: 'security.clientCert',
    privateKey: 'security.clientKey',
    passphrase: 'security.clientKey',
    trustAnchors: 'security.trustedCerts',
    trustPaths: 'security.trustedCerts',
    crls: 'security.certRevocationLists',
    cipherSuites: 'ciphersuites',
    minVersion: 'version',
  };
  return configured[field] ?? field;
}

function applyCallback({ configureLibrary }: Configuration, context: NativeContext): void {
  if (configureLibrary === undefined) return;
  const what = 'additionalConfigurationClb';
  const handle: LibraryContext = Object.freeze({
    configure: (command: string, value: string) => context.configure(command, value),
  });
  let result: unknown;
  try {
    result = configureLibrary(handle);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ContractError('EPIPE', `${what}: it threw: ${text}`, { cause: error });
  }
  if (typeof result === 'number' && result !== 0) throw new ContractError('EPIPE', `${what}: it returned ${result}`);
}
