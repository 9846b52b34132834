import { ProtocolVersion, Transport } from '../binding.js';
import { PskStore } from '../psk-store.js';
import { type AlgorithmOptions, type AlgorithmSettings, algorithmOptionNames, parseAlgorithms } from './algorithms.js';
import {
  type CertificateOptions,
  type CertificateSettings,
  certificateOptionNames,
  parseCertificateOptions,
} from './certificates.js';
import { boolean, invalidOption, invalidSecret, optionsRecord } from './check.js';
import { parseQuestions, type QuestionSettings } from './questions.js';
import { parseSessions, type SessionOptions, type SessionSettings } from './sessions.js';
import { parseTrustOptions, type TrustOptions, type TrustSettings, trustOptionNames } from './trust.js';
import { parseVersions, type VersionSettings, versionOptionNames } from './versions.js';

/** What clients see of a server, and what it wants of them: the part that may differ from one server name to another. */
export interface ServerIdentityOptions extends CertificateOptions, TrustOptions {
  /**
   * Whether clients are asked for a certificate. With `rejectUnauthorized` (the default) one without, or with one that
   * cannot be verified, is refused. Default false, for `addContext()` that of the server; must be said when `ca`,
   * `systemTrust` or `crl` is, which count for nothing without it. Throws `ERR_INVALID_OPTION`. `SSL_VERIFY_PEER`.
   */
  requestCert?: boolean | undefined;
}

/** How the server of any transport proves itself, whom it lets in, and by what means. At least one of `psk` and `cert` is needed. */
export interface ServerSecurityOptions extends ServerIdentityOptions, AlgorithmOptions {
  /**
   * The identities that may connect, and their keys. A {@link PskStore} is used as it is, and may serve several servers;
   * from a map or an object a store is made. Either way `server.identities` may change while the server runs.
   * An empty one lets nobody in. Default: none, for certificates only. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`.
   * `SSL_CTX_set_psk_server_callback`.
   *
   * @example psk: { 'urn:dev:1': Buffer.from('6b6579', 'hex') }
   */
  psk?: PskStore | ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>> | undefined;
  /**
   * Whether the order of `cipherSuites` decides rather than the client's. Default false. Throws `ERR_INVALID_OPTION`.
   * `SSL_OP_CIPHER_SERVER_PREFERENCE`.
   */
  preferServerOrder?: boolean | undefined;
  /**
   * How earlier sessions can be resumed; false: not at all. Throws `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`.
   * RFC 5246 section 7.3, RFC 5077.
   *
   * @example sessions: { timeout: 3_600, store: new Map() }
   */
  sessions?: SessionOptions | false | undefined;
}

export interface ServerIdentitySettings extends CertificateSettings, TrustSettings {
  readonly requestCert: boolean;
}

export interface ServerSecurity extends ServerIdentitySettings, AlgorithmSettings, VersionSettings {
  /** Empty where the keys are asked for. */
  readonly psk: PskStore | null;
  /** Of datagrams. */
  readonly questions: QuestionSettings;
  readonly preferServerOrder: boolean;
  readonly sessions: SessionSettings;
}

const whomOptions = ['ca', 'systemTrust', 'crl'] as const satisfies readonly (keyof TrustOptions)[];

const identityNames = [...certificateOptionNames, ...trustOptionNames, 'requestCert'] as const;

export const serverSecurityNames = [
  ...identityNames,
  ...algorithmOptionNames,
  ...versionOptionNames,
  'psk',
  'preferServerOrder',
  'sessions',
] as const;

export function parseServerSecurity(options: Record<string, unknown>, transport: number): ServerSecurity {
  const identity = parseIdentity(options);
  const certificate = identity.certificates.length > 0;
  const versions = parseVersions(options, transport);
  const tls13 = transport === Transport.stream && versions.maxVersion >= ProtocolVersion.tls13;
  if (options['psk'] === undefined && !certificate) {
    throw invalidOption('psk', undefined, 'identities and keys, or cert and key instead');
  }
  const questions = parseQuestions(options);
  if (questions.psk !== null && transport === Transport.stream) {
    throw invalidOption('psk', options['psk'], 'a PskStore, a Map or an object', 'a function is for DtlsServer');
  }
  if (questions.selectContext !== null && !certificate) {
    throw invalidOption('cert', undefined, 'that of clients without a server name, before selectContext');
  }
  const psk =
    options['psk'] === undefined ? null : questions.psk === null ? parseStore(options['psk']) : new PskStore();
  return Object.freeze({
    ...identity,
    ...versions,
    ...parseAlgorithms(options, { psk: psk !== null, certificate, tls13 }),
    psk,
    questions,
    preferServerOrder: boolean(options['preferServerOrder'], 'preferServerOrder', false),
    sessions: parseSessions(options['sessions']),
  });
}

/** Of one server name: `addContext()`, or what `selectContext` answers. What it does not say of its clients is as `server` has it. */
export function parseServerIdentity(
  value: unknown,
  server: ServerIdentitySettings,
  where = 'addContext',
): ServerIdentitySettings {
  const identity = parseIdentity(optionsRecord(value, where, identityNames), server);
  if (identity.certificates.length > 0) return Object.freeze(identity);
  throw invalidOption('cert', undefined, 'the certificate for this server name');
}

function parseIdentity(options: Record<string, unknown>, server?: ServerIdentitySettings): ServerIdentitySettings {
  const requestCert = boolean(options['requestCert'], 'requestCert', server?.requestCert ?? false);
  const trust = parseTrust(options, server);
  const given = whomOptions.find((name) => options[name] !== undefined && options[name] !== false);
  if (given !== undefined && !requestCert && options['requestCert'] === undefined) {
    throw invalidOption(
      'requestCert',
      undefined,
      `true or false, as ${given} is given`,
      'only clients that are asked for a certificate are checked',
    );
  }
  const hasTrust = trust.systemTrust || trust.trustAnchors.length > 0;
  if (requestCert && trust.rejectUnauthorized && !hasTrust) {
    throw invalidOption(
      'ca',
      undefined,
      'the authorities of the clients, as requestCert is set',
      'without them nobody could connect; to look at unverified certificates yourself say rejectUnauthorized: false',
    );
  }
  const certificate = parseCertificateOptions(options);
  if (requestCert && certificate.certificates.length === 0) {
    throw invalidOption('requestCert', true, 'false without cert', 'a client certificate goes with one of the server');
  }
  return { ...certificate, ...trust, requestCert };
}

/** Anchors and revocation lists belong together: they come all from the options, or all from the server. */
function parseTrust(options: Record<string, unknown>, server: TrustSettings | undefined): TrustSettings {
  const own = parseTrustOptions(options, false);
  if (server === undefined) return own;
  const saysWhom = whomOptions.some((name) => options[name] !== undefined);
  const { trustAnchors, systemTrust, crls } = saysWhom ? own : server;
  const saysHow = options['rejectUnauthorized'] !== undefined;
  const { rejectUnauthorized } = saysHow ? own : server;
  return { trustAnchors, systemTrust, crls, rejectUnauthorized };
}

function parseStore(value: unknown): PskStore {
  if (value instanceof PskStore) return value;
  if (value instanceof Map) return new PskStore(value);
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) return new PskStore(Object.entries(value as object));
  throw invalidSecret('psk', value, 'a PskStore, a Map or an object of identities and keys');
}
