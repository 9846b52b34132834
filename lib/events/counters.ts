/** What a server has seen and done since it began to listen. All only grow, but for `peers` and what follows it. */
export interface ServerCounters {
  /** Datagrams taken from the socket, but for those in `datagramsTruncated`. */
  datagramsReceived: number;
  /** Datagrams given to the kernel; those in `datagramsUnsent` are among them. */
  datagramsSent: number;
  /** UDP payload of `datagramsReceived`. */
  bytesReceived: number;
  /** UDP payload of `datagramsSent`. */
  bytesSent: number;
  /** Application messages of all connections, replays not included. */
  messagesReceived: number;
  /** Messages that `send()` took. */
  messagesSent: number;
  /** Empty, or not a DTLS record at all. */
  datagramsMalformed: number;
  /** Larger than any DTLS record: cut by the kernel, dropped. */
  datagramsTruncated: number;
  /** From a stranger, and neither a ClientHello nor the first fragment of one. */
  datagramsUnroutable: number;
  /** Without an acceptable record: replayed, forged, out of epoch. Or dropped before, because too many waited. */
  datagramsIgnored: number;
  /** Records of established connections that had come before, or were older than the last 64 (RFC 6347, 4.1.2.6). */
  recordsReplayed: number;
  /** Records of established connections whose tag was wrong: forged or damaged. */
  recordsUnauthenticated: number;
  /** Records of established connections that were plain, or of a later epoch, and no handshake of theirs. */
  recordsOutOfEpoch: number;
  /** Records of established connections that were too short, too long, or of a type that may not come. */
  recordsMalformed: number;
  /** Answers to ClientHellos without a valid cookie (RFC 6347, 4.2.1). */
  helloVerifyRequests: number;
  /** ClientHellos with a cookie that is not, or no longer, ours. */
  cookiesRejected: number;
  /** ClientHellos with a valid cookie that made an association. */
  handshakesStarted: number;
  /** Each has its `'connection'` event. */
  handshakesCompleted: number;
  /** Of those completed, the ones that continued an earlier session. */
  handshakesResumed: number;
  /** Timeouts included, and those that ended with the server's own `close()`. */
  handshakesFailed: number;
  /** Of those failed: given up after all retransmissions; the option `handshakeTimeouts` says when. */
  handshakesTimedOut: number;
  /** Of those failed: ended by an alert of the client. */
  handshakesAlerted: number;
  /** Of those failed: the client's certificate was refused. */
  handshakesUnverified: number;
  /** Of those failed: not admitted, or a question to the application got no answer. */
  handshakesRejected: number;
  /** Handshakes whose first protected record was unreadable: the PSK keys differ. */
  finishedUndecryptable: number;
  /** Handshake flights that the server sent again because an answer did not come in time. */
  flightsRetransmitted: number;
  /** Last flights of a handshake that were sent again because the client repeated its own: it had not got them. */
  lastFlightsRepeated: number;
  /** Lookups of keys, sessions and server names that handshakes have waited for. */
  questionsAsked: number;
  /** Datagrams of handshakes that waited for a later turn of the loop, so that established connections did not. */
  handshakeDatagramsDeferred: number;
  /** Datagrams of handshakes that were dropped because too many waited already. */
  handshakeDatagramsDropped: number;
  /** Fatal alerts of peers; close_notify and warnings are not among them. */
  alertsReceived: number;
  /** Established connections that either side ended in order. */
  peersClosed: number;
  /** Established connections that ended with an error. */
  peersFailed: number;
  /** Established connections that `idleTimeout` ended. */
  peersExpired: number;
  /** Idle connections that made room for new ones, with `whenFull: 'evict-idle'`. */
  peersEvicted: number;
  /** Connections whose client started again from the same address and port (RFC 6347, 4.2.8). */
  peersReplaced: number;
  /** Clients turned away because of `maxPeers`. */
  peersRefused: number;
  /** Clients turned away because of `maxPeersPerAddress`. */
  peersRefusedByAddress: number;
  /** Clients turned away because of `maxHandshakes`. */
  handshakesRefused: number;
  /** ICMP errors and failed sends. */
  transportErrors: number;
  /** Dropped after the kernel refused them and the send queue was full. */
  datagramsUnsent: number;
  /** Associations now. */
  peers: number;
  /** Of these, not yet established. */
  peersHandshaking: number;
  /** Of these, established on OpenSSL's own records: CBC suites, and `recordLayer: 'openssl'`. */
  peersOnLibssl: number;
  /** Bytes of the associations themselves, without what OpenSSL keeps. */
  associationBytes: number;
  /** Bytes that OpenSSL has allocated for all servers and clients of this thread; 0 where it uses the system's allocator. */
  opensslBytes: number;
  /** Bytes of free memory that are kept ready for OpenSSL in this thread. */
  poolBytes: number;
}

/** In the order of `core::Counters` in `native/core/counters.h`. */
export const counterNames = [
  'datagramsReceived',
  'datagramsSent',
  'bytesReceived',
  'bytesSent',
  'messagesReceived',
  'messagesSent',
  'datagramsMalformed',
  'datagramsTruncated',
  'datagramsUnroutable',
  'datagramsIgnored',
  'recordsReplayed',
  'recordsUnauthenticated',
  'recordsOutOfEpoch',
  'recordsMalformed',
  'helloVerifyRequests',
  'cookiesRejected',
  'handshakesStarted',
  'handshakesCompleted',
  'handshakesResumed',
  'handshakesFailed',
  'handshakesTimedOut',
  'handshakesAlerted',
  'handshakesUnverified',
  'handshakesRejected',
  'finishedUndecryptable',
  'flightsRetransmitted',
  'lastFlightsRepeated',
  'questionsAsked',
  'handshakeDatagramsDeferred',
  'handshakeDatagramsDropped',
  'alertsReceived',
  'peersClosed',
  'peersFailed',
  'peersExpired',
  'peersEvicted',
  'peersReplaced',
  'peersRefused',
  'peersRefusedByAddress',
  'handshakesRefused',
  'transportErrors',
  'datagramsUnsent',
  'peers',
  'peersHandshaking',
  'peersOnLibssl',
  'associationBytes',
  'opensslBytes',
  'poolBytes',
] as const satisfies readonly (keyof ServerCounters)[];

/** Where what is now begins, after what only grows. */
const firstGauge = counterNames.indexOf('peers');

/** Memory that native code counts in. */
export function createCounters(): BigUint64Array {
  return new BigUint64Array(counterNames.length);
}

/** The same for a server of another thread: `readCounters()` needs no answer of it, and its end takes nothing away. */
export function createSharedCounters(): BigUint64Array {
  return new BigUint64Array(new SharedArrayBuffer(counterNames.length * BigUint64Array.BYTES_PER_ELEMENT));
}

/** Each number is whole, though not all are of the same moment when another thread counts. Several memories are added up. */
export function readCounters(...memories: readonly BigUint64Array[]): Readonly<ServerCounters> {
  const sum = (index: number) => memories.reduce((total, memory) => total + Atomics.load(memory, index), 0n);
  return Object.freeze(
    Object.fromEntries(counterNames.map((name, index) => [name, Number(sum(index))])) as unknown as ServerCounters,
  );
}

/** For memory that nobody counts in any more: nothing is there now. What was counted stays. */
export function clearGauges(memory: BigUint64Array): void {
  memory.fill(0n, firstGauge);
}
