/** What a server has seen and done since it began to listen. All but the last two only grow. */
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
  /** Answers to ClientHellos without a valid cookie (RFC 6347, 4.2.1). */
  helloVerifyRequests: number;
  /** ClientHellos with a cookie that is not, or no longer, ours. */
  cookiesRejected: number;
  /** ClientHellos with a valid cookie that made an association. */
  handshakesStarted: number;
  /** Each has its `'connection'` event. */
  handshakesCompleted: number;
  /** Timeouts included, and those that ended with the server's own `close()`. */
  handshakesFailed: number;
  /** Given up after all retransmissions; the option `handshakeTimeouts` says when. */
  handshakesTimedOut: number;
  /** Handshakes whose first protected record was unreadable: the PSK keys differ. */
  finishedUndecryptable: number;
  /** Handshake flights that the server sent again because an answer did not come in time. */
  flightsRetransmitted: number;
  /** Fatal alerts of peers; close_notify and warnings are not among them. */
  alertsReceived: number;
  /** Clients turned away because of `maxPeers`. */
  peersRefused: number;
  /** ICMP errors and failed sends. */
  transportErrors: number;
  /** Dropped after the kernel refused them and the send queue was full. */
  datagramsUnsent: number;
  /** Associations now. */
  peers: number;
  /** Of these, not yet established. */
  peersHandshaking: number;
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
  'helloVerifyRequests',
  'cookiesRejected',
  'handshakesStarted',
  'handshakesCompleted',
  'handshakesFailed',
  'handshakesTimedOut',
  'finishedUndecryptable',
  'flightsRetransmitted',
  'alertsReceived',
  'peersRefused',
  'transportErrors',
  'datagramsUnsent',
  'peers',
  'peersHandshaking',
] as const satisfies readonly (keyof ServerCounters)[];

/** Memory that native code counts in. */
export function createCounters(): BigUint64Array {
  return new BigUint64Array(counterNames.length);
}

export function readCounters(memory: BigUint64Array): Readonly<ServerCounters> {
  return Object.freeze(
    Object.fromEntries(counterNames.map((name, index) => [name, Number(memory[index])])) as unknown as ServerCounters,
  );
}
