import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TlsError } from './errors/tls-error.js';

/** A cipher suite that this build can offer. */
export interface CipherSuite {
  /** IANA number. */
  readonly id: number;
  /** IANA name, such as `TLS_PSK_WITH_AES_128_CCM_8`. */
  readonly name: string;
  /** OpenSSL's name, such as `PSK-AES128-CCM8`. */
  readonly openssl: string;
}

/** Where a UDP socket is bound. */
export interface Address {
  /** Numeric; `'::'` and `'0.0.0.0'` stand for every interface. */
  address: string;
  /** UDP port, 1..65535. */
  port: number;
  family: 'IPv4' | 'IPv6';
}

export const CLIENT_ROLE = 0;
export const SERVER_ROLE = 1;

/** Bits of the `flags` of {@link NativeReactor.openEndpoint}. */
export const EndpointFlag = { ipv6Only: 1, reuseAddress: 2, reusePort: 4 } as const;

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

/** An `SSL_CTX`. Throws `{ code: 'ERR_CONTEXT', reason }` when OpenSSL refuses the values. */
export interface NativeContext {
  enableKeylog(): void;
}

/**
 * The native side of one Node environment. Events and payloads are written into memory that JavaScript lends;
 * `onEvents(count)` comes at most once per loop turn, and again with the same count after a listener threw. No method
 * adds events before it returns. Statuses are those of `errors/status.ts`.
 */
export interface NativeReactor {
  /** The slab is written forward only, and referenced until the next one is lent. */
  lendPayload(slab: Uint8Array): void;
  /** Throws `{ code, errno, syscall }` when the socket cannot be had. `address` and `remoteAddress` are numeric. */
  openEndpoint(
    backend: UdpBackend,
    address: string,
    port: number,
    flags: number,
    receiveBufferSize: number,
    sendBufferSize: number,
    maxPeers: number,
    remoteAddress: string | null,
    remotePort: number,
    context: NativeContext | null,
    counters: BigUint64Array,
  ): number;
  localAddress(endpoint: number): Address;
  /** The peer's id, above 0, or a negated status. */
  connect(
    endpoint: number,
    address: string,
    port: number,
    context: NativeContext,
    identity: Uint8Array,
    key: Uint8Array,
  ): number;
  send(endpoint: number, peer: number, data: Uint8Array): number;
  /** No event follows. */
  closePeer(endpoint: number, peer: number): number;
  /** Fills bytes sent, bytes received, datagrams sent, datagrams received. False when the peer is gone. */
  peerTraffic(endpoint: number, peer: number, out: BigUint64Array): boolean;
  /** Says goodbye to all peers and closes the handles; the event `endpointClosed` follows. */
  closeEndpoint(endpoint: number): void;
  setRef(endpoint: number, keepAlive: boolean): void;
  close(): void;
}

/** What the addon exports: `native/napi`. */
interface NativeModule {
  opensslVersion(): string;
  cipherSuites(): CipherSuite[];
  readonly layout: { readonly eventInts: number; readonly counterCount: number; readonly maxPayload: number };
  readonly PskTable: new () => NativePskTable;
  readonly Context: new (
    role: typeof CLIENT_ROLE | typeof SERVER_ROLE,
    suites: Uint16Array,
    preferOwnOrder: boolean,
    mtu: number,
    minTimeoutMicros: number,
    maxTimeoutMicros: number,
    psk: NativePskTable | null,
  ) => NativeContext;
  readonly Reactor: new (events: Int32Array, payload: Uint8Array, onEvents: (count: number) => void) => NativeReactor;
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
