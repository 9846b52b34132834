import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TlsError } from './errors/tls-error.js';
import type { NativeFaults } from './faults/native-faults.js';
import type { NativeStream } from './native-stream.js';

export { type NativeStream, StreamFlag } from './native-stream.js';

/** A cipher suite that this build can offer. */
export interface CipherSuite {
  /** IANA number. */
  readonly id: number;
  /** IANA name, such as `TLS_PSK_WITH_AES_128_CCM_8`. */
  readonly name: string;
  /** OpenSSL's name, such as `PSK-AES128-CCM8`. */
  readonly openssl: string;
  /** What it authenticates with; the suites of TLS 1.3 leave that open. */
  readonly kind: 'psk' | 'certificate' | 'tls13';
}

/** Where a UDP socket is bound. */
export interface Address {
  /** Numeric; `'::'` and `'0.0.0.0'` stand for every interface. */
  address: string;
  /** UDP port, 1..65535. */
  port: number;
  /** Of `address`. */
  family: 'IPv4' | 'IPv6';
}

export const CLIENT_ROLE = 0;
export const SERVER_ROLE = 1;

/** What carries the records: `core::Transport`. */
export const Transport = { datagram: 0, stream: 1 } as const;

/** Protocol versions as they stand on the wire. */
export const ProtocolVersion = {
  dtls10: 0xfeff,
  dtls12: 0xfefd,
  ssl30: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
} as const;

/** What becomes of the peer's certificate: `core::Verify`. `request` is for servers: any outcome is let through and told. */
export const Verify = { none: 0, request: 1, require: 2 } as const;

/** Whether a client may go on: `core::HelloVerdict`. `failed`: nobody can tell. */
export const HelloVerdict = { denied: 0, admitted: 1, failed: 2 } as const;

/** Bits of the `flags` of {@link NativeEndpointSettings}. */
export const EndpointFlag = {
  ipv6Only: 1,
  reuseAddress: 2,
  reusePort: 4,
  /** `reusePort`, but the address must be nobody's yet. */
  shareOnceBound: 8,
} as const;

/** How datagrams are moved; see the option `udpBackend`. */
export type UdpBackend = 'auto' | 'mmsg' | 'uv';

/** PSK identities and keys of servers; `set` returns false for what OpenSSL's callback cannot carry. */
export interface NativePskTable {
  set(identity: Uint8Array, key: Uint8Array): boolean;
  remove(identity: Uint8Array): boolean;
  has(identity: Uint8Array): boolean;
  clear(): void;
  readonly size: number;
}

/** Everything that an `SSL_CTX` is built from; `lib/options` has checked it. */
export interface ContextSettings {
  role: typeof CLIENT_ROLE | typeof SERVER_ROLE;
  transport: (typeof Transport)[keyof typeof Transport];
  /** A {@link ProtocolVersion}, 0 for no bound. */
  minVersion: number;
  maxVersion: number;
  /** IANA numbers in order of preference, those of TLS 1.3 among them. */
  cipherSuites: Uint16Array;
  preferOwnOrder: boolean;
  /** 0..5. */
  securityLevel: number;
  encryptThenMac: boolean;
  /** Datagrams: records of our own after the handshake, where the suite is one with AEAD. */
  ownRecords: boolean;
  mtu: number;
  minTimeoutMicros: number;
  maxTimeoutMicros: number;
  /** Server role. */
  psk: NativePskTable | null;
  /** Server with `psk`, of datagrams: unknown identities are asked for by `pskWanted`. */
  asksPsk: boolean;
  /** Server, of datagrams: each hello is asked about by `helloWanted`. */
  asksAdmission: boolean;
  /** Server, of datagrams: hellos with a name of which `addServerName` was not told are asked about. */
  asksCredentials: boolean;
  /** Own chain, leaf first; each element PEM (with one or more certificates) or DER. */
  certificates: readonly Uint8Array[];
  privateKey: Uint8Array | null;
  passphrase: Uint8Array | null;
  trustAnchors: readonly Uint8Array[];
  /** Directories of hashed certificates. */
  trustPaths: readonly string[];
  systemTrust: boolean;
  crls: readonly Uint8Array[];
  /** Append the issuers that are among the trust anchors to the own chain. */
  rebuildChain: boolean;
  verify: (typeof Verify)[keyof typeof Verify];
  /** Client: with `verify` enforced, without it opportunistic. */
  dane: boolean;
  /** Client: sessions are reported. Server: sessions can be resumed. */
  sessions: boolean;
  /** Server: sessions kept by id; 0 keeps none. */
  sessionCacheSize: number;
  /** Seconds. */
  sessionTimeout: number;
  /** Server: sessions are kept and looked up by JavaScript. */
  externalSessions: boolean;
  /** RFC 5077 tickets, and stateless ones in TLS 1.3. */
  tickets: boolean;
}

/** Why a context cannot be built, on an `Error` with the code `ERR_CONTEXT`. */
export interface ContextErrorDetails {
  readonly code: 'ERR_CONTEXT';
  /** OpenSSL's words, may be empty. */
  readonly reason: string;
  readonly kind:
    | 'unparsable'
    | 'trailing'
    | 'tooBig'
    | 'mismatch'
    | 'unreadablePath'
    | 'noCiphers'
    | 'version'
    | 'command'
    | 'library';
  /** The member of {@link ContextSettings} at fault, where it is one. */
  readonly field?: string;
  readonly index?: number;
  /** `ERR_GET_REASON`, or 0. */
  readonly libraryCode: number;
}

/** An `SSL_CTX`. The constructor and `configure` throw {@link ContextErrorDetails}. */
export interface NativeContext {
  enableKeylog(): void;
  /** Server: clients that ask for `pattern` (`a.example` or `*.example`) get the credentials of `context`. */
  addServerName(pattern: string, context: NativeContext): void;
  /** n times 80 bytes: name 16, AES-256 key 32, HMAC key 32. The first seals, all open. */
  setTicketKeys(keys: Uint8Array): void;
  /** `SSL_CONF_cmd` with the names of configuration files. */
  configure(command: string, value: string): void;
  /** What is in force, TLS 1.3 first. */
  cipherList(): Uint16Array;
  /** Server: while set, nobody resumes, and all make full handshakes. */
  refuseResumption(refused: boolean): void;
  /** Of the server's own cache. */
  removeSession(id: Uint8Array): void;
  readonly sessionCount: number;
  /** Server with `externalSessions`, of streams: ids of sessions that must not be resumed any more, since the last call. */
  takeRemovedSessions(): Buffer[];
}

/** What one client handshake needs. */
export interface ClientParameters {
  /** Empty: no PSK. */
  pskIdentity: Uint8Array;
  pskKey: Uint8Array;
  /** SNI; empty: none is sent. */
  serverName: string;
  /** DNS name or IP literal that the certificate must be for, and DANE base domain; empty: not checked. */
  verifyName: string;
  tlsa: readonly TlsaRecord[];
  /** Own chain of this handshake alone, in the form of {@link ContextSettings.certificates}; empty: the context's. */
  certificates: readonly Uint8Array[];
  /** That of `certificates`. */
  privateKey: Uint8Array | null;
  /** DER of an `SSL_SESSION` to offer, empty for none. One that cannot be offered is not, without an error. */
  session: Uint8Array;
  /** 0: the context's. */
  mtu: number;
  minTimeoutMicros: number;
  maxTimeoutMicros: number;
}

/** What a DNS TLSA record says about the certificate of a server. RFC 6698 section 2.1. */
export interface TlsaRecord {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE. */
  readonly usage: number;
  /** 0 the whole certificate, 1 its public key (`SubjectPublicKeyInfo`). */
  readonly selector: number;
  /** 0 the data itself, 1 its SHA-256, 2 its SHA-512. */
  readonly matchingType: number;
  /** DER or digest. */
  readonly data: Uint8Array;
}

/** A UDP socket, but for what is done with it. */
export interface NativeUdpSettings {
  /** Numeric. */
  address: string;
  port: number;
  /** Bits of {@link EndpointFlag}. */
  flags: number;
  receiveBufferSize: number;
  sendBufferSize: number;
  /** 0..63; 0 leaves the system's. */
  dscp: number;
  /** 0..7; 0 leaves the system's. */
  priority: number;
  /** Empty: any. */
  interfaceName: string;
  transparent: boolean;
}

export interface NativeEndpointSettings extends NativeUdpSettings {
  backend: UdpBackend;
  maxPeers: number;
  /** Of clients; 0: no limit. */
  maxHandshakes: number;
  /** Of one IP address, handshakes included; 0: no limit. */
  maxPeersPerAddress: number;
  /** 0: no limit. */
  maxHandshakesPerAddress: number;
  /** 0: never. */
  idleTimeoutMillis: number;
  /** A client that was silent for so long makes room for another; 0: never. */
  evictAfterMillis: number;
  /** Of a {@link NativeUdpPort} to adopt, whose address `address` is; null makes a socket. */
  descriptor: number | null;
  /** Numeric; null takes datagrams from everybody. */
  remoteAddress: string | null;
  remotePort: number;
  /** Null: takes no clients. */
  context: NativeContext | null;
  /** May be shared with other threads. */
  counters: BigUint64Array;
}

/** The sockets of a fleet: see `native/io/fleet.h`. `address` is the wildcard address of the server's family. */
export interface NativeFleetSettings extends NativeEndpointSettings {
  /** 1..65535 */
  sockets: number;
  /** Numeric; null: the system chooses, and each socket is of one device. */
  firstSource: string | null;
  /** Addresses from `firstSource` on. */
  sources: number;
}

/**
 * A bound UDP socket that nobody reads: endpoints of any thread adopt it by its descriptor, and get one of their own. What
 * arrives waits in the socket until one does. The constructor throws `{ code, errno, syscall }`.
 */
export interface NativeUdpPort {
  /** -1 once it is closed. */
  readonly descriptor: number;
  address(): Address;
  /** Idempotent. The port is free when the endpoints are closed, too. */
  close(): void;
}

/** What is known of an established peer. */
export interface PeerInfo {
  readonly cipher: number;
  /** A {@link ProtocolVersion}. */
  readonly version: number;
  readonly resumed: boolean;
  readonly pskIdentity: string;
  /** SNI, as a client sent it. */
  readonly serverName: string;
  /** X509 verify error, 0 when there is none. */
  readonly verifyResult: number;
  /** DER, leaf first. */
  readonly certificates: readonly Buffer[];
}

/**
 * The native side of one Node environment. Events and payloads are written into memory that JavaScript lends;
 * `onEvents(count)` comes at most once per loop turn, and again with the same count after a listener threw. No method
 * adds events before it returns. Statuses are those of `errors/status.ts`.
 */
export interface NativeReactor {
  /** The slab is written forward only, and referenced until the next one is lent. */
  lendPayload(slab: Uint8Array): void;
  /** Throws `{ code, errno, syscall }` when the socket cannot be had. */
  openEndpoint(settings: NativeEndpointSettings): number;
  /** An endpoint without a socket: datagrams go in by `injectDatagram` and come out as `datagram` events. */
  openScriptEndpoint(maxPeers: number, ipOverhead: number, counters: BigUint64Array): number;
  /** Many sockets to one server, each device known by its slot. Linux only: `ENOTSUP`. */
  openFleetEndpoint(settings: NativeFleetSettings): number;
  /** What a device sends from. */
  deviceAddress(endpoint: number, slot: number): Address;
  /** As `connect`, for a fleet. */
  connectDevice(endpoint: number, slot: number, context: NativeContext, parameters: ClientParameters): number;
  /**
   * The device `peer`, 0 for none that is connected, sends from `slot` from now on; where the system chooses, that is the
   * slot which it has, with another port. Returns a status, or throws as `openEndpoint`.
   */
  moveDevice(endpoint: number, peer: number, slot: number): number;
  /** Copies the datagram; it is handled in this turn of the loop. */
  injectDatagram(endpoint: number, address: string, port: number, data: Uint8Array): void;
  localAddress(endpoint: number): Address;
  /** connect(2) on the UDP socket. Throws as `openEndpoint`. */
  connectEndpoint(endpoint: number, address: string, port: number): void;
  /** shutdown(2) in both directions: nothing is received or sent any more. */
  shutdownEndpoint(endpoint: number): void;
  /** From now on datagrams pass these rules, in place of those that they passed before. Memory of counters stays referenced. */
  setFaults(endpoint: number, faults: NativeFaults): void;
  /** The socket moves to another port, and to `localAddress` unless that is null. Throws as `openEndpoint`. */
  rebindEndpoint(endpoint: number, localAddress: string | null): void;
  /** The kernel answers that the port is closed, which stays taken. Throws as `openEndpoint`; then it may be lost. */
  hideEndpoint(endpoint: number, hidden: boolean): void;
  /** While tapped, each datagram on the wire comes as an event `tapped` as well. */
  tapEndpoint(endpoint: number, tapped: boolean): void;
  /** The descriptor, -1 where there is none. */
  endpointFd(endpoint: number): number;
  /** Of the connected socket, IP header included; 0 when the system does not tell. */
  pathMtu(endpoint: number): number;
  /** The next `count` ClientHellos are answered with this alert, plain and fatal; 0: none any more. */
  refuseHellos(endpoint: number, alert: number, count: number): void;
  /** Of clients' handshakes that begin from now on; 0 and 0: as the context says. */
  setHandshakeTimeouts(endpoint: number, minMicros: number, maxMicros: number): void;
  /** From now on clients are taken; null: not any more. */
  setServerContext(endpoint: number, context: NativeContext | null): void;
  /** The peer's id, above 0, or a negated status. */
  connect(
    endpoint: number,
    address: string,
    port: number,
    context: NativeContext,
    parameters: ClientParameters,
  ): number;
  send(endpoint: number, peer: number, data: Uint8Array): number;
  /** No event follows. */
  closePeer(endpoint: number, peer: number): number;
  /** The same without close_notify. */
  forgetPeer(endpoint: number, peer: number): number;
  /** All of them, handshakes included, and what cookies are made with. No event follows. */
  forgetPeers(endpoint: number): void;
  /** A fatal one (level 2) ends the association, and no event follows. */
  sendAlert(endpoint: number, peer: number, level: number, description: number): number;
  /** After `helloWanted`; an admitted client gets the credentials of `context`, unless that is null. */
  answerHello(
    endpoint: number,
    peer: number,
    verdict: (typeof HelloVerdict)[keyof typeof HelloVerdict],
    context: NativeContext | null,
  ): number;
  /** After `pskWanted`: null for an unknown identity; `failed`: nobody can tell. The key is copied. */
  answerPsk(endpoint: number, peer: number, key: Uint8Array | null, failed: boolean): number;
  /** After `sessionWanted`: DER, or null when there is none. */
  answerSession(endpoint: number, peer: number, session: Uint8Array | null): number;
  /** Fills bytes sent, bytes received, datagrams sent, datagrams received. False when the peer is gone. */
  peerTraffic(endpoint: number, peer: number, out: BigUint64Array): boolean;
  /** Fills `out`; null is not the same as an empty context. False when the peer is gone, or OpenSSL refuses. RFC 5705. */
  exportKeyingMaterial(
    endpoint: number,
    peer: number,
    label: string,
    context: Uint8Array | null,
    out: Uint8Array,
  ): boolean;
  /** Says goodbye to all peers and closes the handles; the event `endpointClosed` follows. */
  closeEndpoint(endpoint: number): void;
  setRef(endpoint: number, keepAlive: boolean): void;
  close(): void;
}

/** TCP sockets with what `node:net` cannot set. Descriptors are for `new net.Socket({ fd })` and `server.listen({ fd })`. */
export interface NativeTcpSettings {
  /** Numeric local address; its family is the socket's. */
  address: string;
  port: number;
  /** Bind before anything else; not needed for a client on any port. */
  bind: boolean;
  /** Above 0: listen with that backlog. */
  backlog: number;
  reuseAddress: boolean;
  dscp: number;
  priority: number;
  interfaceName: string;
  transparent: boolean;
}

/** What the addon exports: `native/napi`. */
interface NativeModule {
  opensslVersion(): string;
  cipherSuites(): CipherSuite[];
  readonly layout: Readonly<Record<'eventInts' | 'counterCount' | 'faultCounterCount' | 'maxPayload', number>>;
  readonly PskTable: new () => NativePskTable;
  readonly Context: new (settings: ContextSettings) => NativeContext;
  readonly UdpPort: new (settings: NativeUdpSettings) => NativeUdpPort;
  readonly Reactor: new (events: Int32Array, payload: Uint8Array, onEvents: (count: number) => void) => NativeReactor;
  /** `parameters` is null for a server's. Throws the code `ERR_DANE_UNUSABLE`. */
  readonly Stream: new (
    context: NativeContext,
    parameters: ClientParameters | null,
  ) => NativeStream;
  /** A new descriptor; throws `{ code, errno, syscall }`. */
  openTcp(settings: NativeTcpSettings): number;
  /** connect(2) without blocking; `done` gets 0 or a negative error number. Returns a function that gives up: `done` is not called then. */
  connectTcp(fd: number, address: string, port: number, done: (error: number) => void): () => void;
  /** Address and port of a TCP descriptor's own end. */
  tcpAddress(fd: number): Address;
  /** shutdown(2) in both directions. */
  shutdownTcp(fd: number): number;
  /** Closes a descriptor that nobody else has taken over. */
  closeTcp(fd: number): void;
  /** `OPENSSL_cleanse`. */
  cleanse(buffer: Uint8Array): void;
  /** Of an X509 verify error: a name such as `CERT_HAS_EXPIRED`, and OpenSSL's words. */
  verifyError(code: number): { name: string; text: string };
}

/** The addon. This file is the only one that loads it. */
export const native: NativeModule = load();

/** OpenSSL's own version text, asked at run time: `OpenSSL 1.1.1w  11 Sep 2023`. */
export const opensslVersion: string = native.opensslVersion();

/** Every cipher suite that this build can offer. */
export const cipherSuites: readonly CipherSuite[] = Object.freeze(
  native.cipherSuites().map((suite) => Object.freeze(suite)),
);

function load(): NativeModule {
  const require = createRequire(import.meta.url);
  const root = fileURLToPath(new URL('..', import.meta.url));
  const findAndLoad = require('node-gyp-build') as (root: string) => unknown;
  try {
    return findAndLoad(root) as NativeModule;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_OPENSSL_MISMATCH') throw new TlsError(code, message, { cause: error });
    throw new TlsError(
      'ERR_ADDON_NOT_FOUND',
      `the native part of lwm2m-tls cannot be loaded for ${process.platform}-${process.arch}, Node ${process.version}: ` +
        `build it with 'npm run build:native' in ${root} (needs a C++ compiler and Python), or reinstall the package. ` +
        `What failed: ${message}`,
      { cause: error },
    );
  }
}
