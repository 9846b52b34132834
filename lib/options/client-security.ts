import { ProtocolVersion, type TlsaRecord, Transport } from '../binding.js';
import { type AlgorithmOptions, type AlgorithmSettings, algorithmOptionNames, parseAlgorithms } from './algorithms.js';
import {
  type CertificateOptions,
  type CertificateSettings,
  certificateOptionNames,
  parseCertificateOptions,
  wipeSecrets,
} from './certificates.js';
import { boolean } from './check.js';
import { type PskCredentials, type PskSettings, parsePskCredentials } from './psk.js';
import {
  parseServerName,
  type ServerNameOptions,
  type ServerNameSettings,
  serverNameOptionNames,
} from './server-name.js';
import { parseSession } from './sessions.js';
import {
  type DaneOptions,
  parseDane,
  parseTrustOptions,
  type TrustOptions,
  type TrustSettings,
  trustOptionNames,
} from './trust.js';
import { parseVersions, type VersionSettings, versionOptionNames } from './versions.js';

/**
 * How the client of any transport proves itself, whom it believes, and by what means. With `psk` alone the server must have
 * the same key; without it the server's certificate is verified. Both are on offer when `cert`, `ca`, `systemTrust` or
 * `dane` is given with `psk`.
 */
export interface ClientSecurityOptions extends CertificateOptions, TrustOptions, ServerNameOptions, AlgorithmOptions {
  /** Identity and key. Default: none, the server has a certificate. Throws `ERR_INVALID_PSK`. `SSL_CTX_set_psk_client_callback`. */
  psk?: PskCredentials | undefined;
  /** Verifies the server's certificate with records of the DNS. Default: none. Throws `ERR_INVALID_OPTION`. `SSL_dane_tlsa_add`. */
  dane?: DaneOptions | undefined;
  /**
   * The `session` of an earlier socket to the same server, of this process or another: it is resumed with a short
   * handshake, or else a full one is made, `resumed` tells. One that cannot be used any more does no harm, nor does one from
   * another server name, or from before a change of `ca`, `crl`, `dane`, `rejectUnauthorized`, `cert` or the PSK identity: it
   * is not offered. False keeps no session of this connection either. Default: none is offered. Throws
   * `ERR_INVALID_OPTION`. `SSL_set_session`.
   */
  session?: Uint8Array | false | undefined;
  /** Whether the server is asked for a ticket (RFC 5077); without one it must remember the session itself. Default true. `SSL_OP_NO_TICKET`. */
  tickets?: boolean | undefined;
}

export interface ClientSecurity
  extends CertificateSettings,
    TrustSettings,
    ServerNameSettings,
    AlgorithmSettings,
    VersionSettings {
  readonly psk: PskSettings | null;
  /** Null: no DANE. */
  readonly tlsa: readonly TlsaRecord[] | null;
  /** As users have it, see `session-binding.ts`. Empty: none is offered. */
  readonly session: Uint8Array;
  /** Whether sessions are reported. */
  readonly sessions: boolean;
  readonly tickets: boolean;
}

export const clientSecurityNames = [
  ...certificateOptionNames,
  ...trustOptionNames,
  ...serverNameOptionNames,
  ...algorithmOptionNames,
  ...versionOptionNames,
  'psk',
  'dane',
  'session',
  'tickets',
] as const;

/** `host` is what is connected to, as the user wrote it. */
export function parseClientSecurity(options: Record<string, unknown>, transport: number, host: string): ClientSecurity {
  const certificate = takesCertificates(options);
  const versions = parseVersions(options, transport);
  const tls13 = transport === Transport.stream && versions.maxVersion >= ProtocolVersion.tls13;
  const session = options['session'];
  const trust = parseTrustOptions(options, certificate);
  return Object.freeze({
    ...versions,
    ...parseAlgorithms(options, { psk: options['psk'] !== undefined, certificate, tls13 }),
    ...trust,
    // With a pre-shared key alone, whoever shows a certificate instead of the key is an impostor.
    rejectUnauthorized: certificate ? trust.rejectUnauthorized : true,
    ...parseServerName(options, host, certificate),
    tlsa: parseDane(options['dane']),
    sessions: session !== false,
    tickets: session !== false && boolean(options['tickets'], 'tickets', true),
    session: parseSession(session === false ? undefined : session),
    psk: options['psk'] === undefined ? null : parsePskCredentials(options['psk']),
    ...parseCertificateOptions(options),
  });
}

/** Overwrites our copies of what is secret, when the handshake has begun or cannot begin any more. */
export function wipeClientSecrets(security: ClientSecurity): void {
  wipeSecrets(security);
  security.psk?.key.fill(0);
  security.session.fill(0);
}

function takesCertificates({ psk, cert, ca, systemTrust, dane }: Record<string, unknown>): boolean {
  return psk === undefined || cert !== undefined || ca !== undefined || systemTrust === true || dane !== undefined;
}
