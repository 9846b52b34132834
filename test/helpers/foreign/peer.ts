/**
 * A foreign TLS implementation, client and server, in terms that all of them understand. Everything goes over loopback
 * and ends with the test.
 */
import type { ExecutionContext } from 'ava';
import type { Credentials } from '../credentials.js';
import { client1 } from '../credentials.js';
import { type CertifiedKey, type Crl, serverName } from '../pki.js';
import type { Program } from '../program.js';
import type { Suite } from '../suites.js';
import type { ForeignServer } from './foreign-server.js';
import type { MaybeTool } from './tools.js';

/** DTLS or TLS. */
export type Transport = 'datagram' | 'stream';
/** 1.0 and 1.1 are there to be refused; DTLS knows 1.0 and 1.2. */
export type Version = '1.0' | '1.1' | '1.2' | '1.3';

export interface PeerOptions {
  /** Default datagram. */
  transport?: Transport;
  /** The only version spoken. Default 1.3 for a suite of TLS 1.3, else 1.2. */
  version?: Version;
  /** The only suite spoken. */
  suite: Suite;
  /** Default `client1` for a PSK suite, else none. With a suite of TLS 1.3 there is either this or a certificate. */
  psk?: Credentials;
  /** Own certificate, sent with its chain. */
  certificate?: CertifiedKey;
  /** Trust anchors. With them a client verifies the server and ends when that fails. Default none, no verification. */
  trust?: readonly CertifiedKey[];
  /** Lists that the leaf of the other side must not be on. Their issuer must be in `trust`, GnuTLS wants that. */
  crls?: readonly Crl[];
  /** Largest datagram. Default 1024. */
  mtu?: number;
  /** Parameters of the program's own, at the end. */
  more?: readonly string[];
}

export interface PeerServerOptions extends PeerOptions {
  /** Whether clients are asked for a certificate, and refused without one. A bad one is refused. Default none. */
  clientCertificate?: 'none' | 'request' | 'require';
  /** How sessions may be resumed. Default both. Stream, 1.3: tickets that hold or name the session. */
  sessions?: 'none' | 'ids' | 'tickets' | 'both';
  /** A second certificate for clients that ask for this name. OpenSSL's server sends it without its issuers. */
  named?: { name: string; certificate: CertifiedKey };
}

export interface PeerClientOptions extends PeerOptions {
  /** Sent as SNI. Default none. */
  serverName?: string;
  /** What the server's certificate must be for; counts with `trust`. Default localhost. */
  verifyName?: string;
  /** Files to write the session to and to read it from, where the program can (`sessionFiles`). */
  sessionOut?: string;
  sessionIn?: string;
  /** Default true. */
  tickets?: boolean;
}

export interface ForeignPeer {
  /** For test titles. */
  readonly name: string;
  /** What must be there for it: pass it to `testWith`. */
  readonly tool: MaybeTool;
  readonly versions: readonly Version[];
  /** Its client keeps sessions in files. */
  readonly sessionFiles: boolean;
  /** Its server sends back what it receives; that of OpenSSL sends the lines of its input instead, Mbed TLS's too. */
  readonly echoes: boolean;
  /** Serves one client after the other, shows what they send in its output. */
  startServer(t: ExecutionContext, options: PeerServerOptions): Promise<ForeignServer>;
  /**
   * Sends the lines of its input, shows what it receives in its output. For both programs of OpenSSL a line that begins
   * with one of B c K k P Q q R r S is a command, for Mbed TLS one that begins with a slash.
   */
  startClient(t: ExecutionContext, port: number, options: PeerClientOptions): Program;
  /** Makes a client say close_notify and end. */
  leave(client: Program): void;
  readonly prints: {
    /** A client, after a handshake, resumed or not. */
    connected(suite: Suite): RegExp;
    /** A server, the same. Undefined: it does not say. */
    accepted(suite: Suite, transport?: Transport): RegExp | undefined;
    /** A client, after a handshake that resumed a session. */
    resumed: RegExp;
    /** A client, when the server said close_notify. */
    closed: RegExp;
    /** Either, when the other side sent this fatal alert. */
    alert(description: number): RegExp;
    /** A client that does not accept the server's certificate. */
    unverified: RegExp;
  };
}

type AllOptions = PeerServerOptions & PeerClientOptions;
type Defaulted = 'transport' | 'version' | 'mtu' | 'more' | 'verifyName' | 'tickets' | 'clientCertificate' | 'sessions';

/** The options with their defaults. */
export function complete(options: AllOptions): AllOptions & Required<Pick<AllOptions, Defaulted>> {
  const { kind = 'psk' } = options.suite;
  return {
    transport: 'datagram',
    version: kind === 'tls13' ? '1.3' : '1.2',
    mtu: 1024,
    more: [],
    verifyName: serverName,
    tickets: true,
    clientCertificate: 'none',
    sessions: 'both',
    ...(kind === 'psk' ? { psk: client1 } : {}),
    ...options,
  };
}
