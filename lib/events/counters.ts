/** What a server has seen and done since it began to listen. */
export interface ServerCounters {
  datagramsReceived: number;
  datagramsSent: number;
  /** UDP payload. */
  bytesReceived: number;
  /** UDP payload. */
  bytesSent: number;
  messagesReceived: number;
  messagesSent: number;
  /** Empty, or not a DTLS record at all. */
  datagramsMalformed: number;
  /** Larger than any DTLS record: cut by the kernel, dropped. */
  datagramsTruncated: number;
  /** From a stranger, and no ClientHello. */
  datagramsUnroutable: number;
  /** Without an acceptable record: replayed, forged, out of epoch. */
  datagramsIgnored: number;
  helloVerifyRequests: number;
  /** ClientHellos with a cookie that is not, or no longer, ours. */
  cookiesRejected: number;
  handshakesStarted: number;
  handshakesCompleted: number;
  /** Timeouts included. */
  handshakesFailed: number;
  handshakesTimedOut: number;
  /** Handshakes whose first protected record was unreadable: the PSK keys differ. */
  finishedUndecryptable: number;
  flightsRetransmitted: number;
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
