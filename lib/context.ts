import { createHmac, randomBytes } from 'node:crypto';
import {
  CLIENT_ROLE,
  type ClientParameters,
  type ContextSettings,
  type NativeContext,
  native,
  SERVER_ROLE,
  Transport,
  Verify,
} from './binding.js';
import { contextError } from './errors/context-error.js';
import type { AlgorithmSettings } from './options/algorithms.js';
import type { ClientSecurity } from './options/client-security.js';
import type { DtlsSettings } from './options/dtls-options.js';
import type { ServerIdentitySettings, ServerSecurity } from './options/server-security.js';
import { pskTableOf } from './psk-store.js';
import { unboundSession } from './session-binding.js';

/** What carries the records, and what that asks of a context. */
export type TransportSettings = Pick<
  ContextSettings,
  'transport' | 'encryptThenMac' | 'ownRecords' | 'mtu' | 'minTimeoutMicros' | 'maxTimeoutMicros'
>;

/** Over a stream nothing is lost, and a record with a wrong MAC may end a connection (RFC 7366). */
export const streamTransport: TransportSettings = Object.freeze({
  transport: Transport.stream,
  encryptThenMac: true,
  ownRecords: false,
  mtu: 0,
  minTimeoutMicros: 0,
  maxTimeoutMicros: 0,
});

export function datagramTransport({ mtu, handshakeTimeouts, recordLayer }: DtlsSettings): TransportSettings {
  return {
    transport: Transport.datagram,
    encryptThenMac: false, // one forged record would end an association: see docs/architecture.md
    ownRecords: recordLayer === 'own',
    mtu,
    minTimeoutMicros: handshakeTimeouts.min * 1_000,
    maxTimeoutMicros: handshakeTimeouts.max * 1_000,
  };
}

/** A context in which nobody can be authenticated yet: what differs is spread over it. */
export const plainContext: Omit<ContextSettings, keyof TransportSettings | 'role' | 'cipherSuites'> = Object.freeze({
  minVersion: 0,
  maxVersion: 0,
  preferOwnOrder: false,
  securityLevel: 2,
  psk: null,
  asksPsk: false,
  asksAdmission: false,
  asksCredentials: false,
  certificates: [],
  privateKey: null,
  passphrase: null,
  trustAnchors: [],
  trustPaths: [],
  systemTrust: false,
  crls: [],
  rebuildChain: false,
  verify: Verify.none,
  dane: false,
  sessions: false,
  sessionCacheSize: 0,
  sessionTimeout: 300,
  externalSessions: false,
  tickets: false,
});

/** A command of OpenSSL's configuration files with its value: see `NativeContext.configure`. */
export type ContextCommand = readonly [command: string, value: string];

/**
 * The `SSL_CTX` of these settings. Throws a `TlsError` that names the option at fault: `ERR_INVALID_CERTIFICATE`,
 * `ERR_INVALID_KEY`, `ERR_KEY_MISMATCH`, `ERR_INVALID_CRL`, `ERR_NO_CIPHER_SUITE`, `ERR_INVALID_OPTION`, `ERR_TLS_LIBRARY`; its
 * `cause` has the binding's own details.
 */
export function buildContext(settings: ContextSettings, commands: readonly ContextCommand[] = []): NativeContext {
  try {
    const context = new native.Context(settings);
    for (const [command, value] of commands) configure(context, command, value);
    return context;
  } catch (error) {
    throw contextError(error);
  }
}

/** The context of a server's options. */
export function serverContext(security: ServerSecurity, transport: TransportSettings): NativeContext {
  const context = serverNameContext(security, security, transport);
  const { ticketKeys } = security.sessions;
  if (ticketKeys !== null) context.setTicketKeys(ticketKeys);
  return context;
}

/** The context of one server name: its identity, and otherwise what the server has. Sessions are kept by the server's own. */
export function serverNameContext(
  identity: ServerIdentitySettings,
  security: ServerSecurity,
  transport: TransportSettings,
): NativeContext {
  const { psk, questions, sessions } = security;
  return buildContext(
    {
      ...plainContext,
      ...transport,
      ...credentialsOf(identity),
      role: SERVER_ROLE,
      minVersion: security.minVersion,
      maxVersion: security.maxVersion,
      cipherSuites: suiteIds(security),
      preferOwnOrder: security.preferServerOrder,
      securityLevel: security.securityLevel,
      verify: verifyOf(identity),
      psk: psk === null ? null : pskTableOf(psk),
      asksPsk: questions.psk !== null,
      asksAdmission: questions.admit !== null,
      asksCredentials: questions.selectContext !== null,
      sessions: sessions.enabled,
      sessionCacheSize: sessions.cacheSize,
      sessionTimeout: sessions.timeout,
      externalSessions: sessions.store !== null,
      tickets: sessions.tickets,
    },
    commandsOf(security),
  );
}

/**
 * The context of a client. Clients with equal options share one, so that thousands of them cost one `SSL_CTX`; it goes
 * with the last of them.
 */
export function clientContext(security: ClientSecurity, transport: TransportSettings, keylog: boolean): NativeContext {
  const settings: ContextSettings = {
    ...plainContext,
    ...transport,
    ...credentialsOf(security),
    role: CLIENT_ROLE,
    minVersion: security.minVersion,
    maxVersion: security.maxVersion,
    cipherSuites: suiteIds(security),
    securityLevel: security.securityLevel,
    verify: security.rejectUnauthorized ? Verify.require : Verify.none,
    dane: security.tlsa !== null,
    sessions: security.sessions,
    tickets: security.tickets,
  };
  const commands = commandsOf(security);
  const key = fingerprint(settings, commands, keylog);
  const cached = clientContexts.get(key)?.deref();
  if (cached !== undefined) return cached;
  const context = buildContext(settings, commands);
  if (keylog) context.enableKeylog();
  clientContexts.set(key, new WeakRef(context));
  collected.register(context, key);
  return context;
}

/** What one handshake of a client needs besides its context; timing and size are the context's. */
export function clientParameters(security: ClientSecurity): ClientParameters {
  return {
    pskIdentity: security.psk?.identity ?? nothing,
    pskKey: security.psk?.key ?? nothing,
    serverName: security.serverName,
    verifyName: security.verifyName,
    tlsa: security.tlsa ?? [],
    certificates: [],
    privateKey: null,
    session: unboundSession(security),
    mtu: 0,
    minTimeoutMicros: 0,
    maxTimeoutMicros: 0,
  };
}

const nothing = new Uint8Array();

const clientContexts = new Map<string, WeakRef<NativeContext>>();

const collected = new FinalizationRegistry<string>((key) => {
  if (clientContexts.get(key)?.deref() === undefined) clientContexts.delete(key);
});

/** Keyed, so that what is left in memory tells nothing of a private key. */
const fingerprintKey = randomBytes(32);

function fingerprint(settings: ContextSettings, commands: readonly ContextCommand[], keylog: boolean): string {
  const bytes: Uint8Array[] = [];
  const text = JSON.stringify([settings, commands, keylog], function (this: Record<string, unknown>, name) {
    const value = this[name]; // as it is, before a toJSON()
    if (value instanceof Uint16Array) return [...value];
    if (!(value instanceof Uint8Array)) return value;
    bytes.push(value);
    return value.length;
  });
  if (bytes.length === 0) return text;
  const hash = createHmac('sha256', fingerprintKey).update(text);
  for (const part of bytes) hash.update(part);
  return hash.digest('base64');
}

function credentialsOf({
  certificates,
  privateKey,
  passphrase,
  trustAnchors,
  systemTrust,
  crls,
}: ClientSecurity | ServerIdentitySettings) {
  return { certificates, privateKey, passphrase, trustAnchors, systemTrust, crls };
}

function verifyOf({ requestCert, rejectUnauthorized }: ServerIdentitySettings): ContextSettings['verify'] {
  if (!requestCert) return Verify.none;
  return rejectUnauthorized ? Verify.require : Verify.request;
}

function commandsOf({ signatureAlgorithms, groups }: AlgorithmSettings): ContextCommand[] {
  const commands: ContextCommand[] = [];
  if (signatureAlgorithms !== undefined) commands.push(['SignatureAlgorithms', signatureAlgorithms]);
  if (groups !== undefined) commands.push(['Groups', groups]);
  return commands;
}

function suiteIds({ cipherSuites }: AlgorithmSettings): Uint16Array {
  return Uint16Array.from(cipherSuites, ({ id }) => id);
}

/** Adds which command it was to what the binding throws. */
function configure(context: NativeContext, command: string, value: string): void {
  try {
    context.configure(command, value);
  } catch (error) {
    if (error instanceof Error) Object.assign(error, { field: optionOfCommand[command] ?? command });
    throw error;
  }
}

const optionOfCommand: Readonly<Record<string, string>> = {
  SignatureAlgorithms: 'signatureAlgorithms',
  Groups: 'groups',
};
