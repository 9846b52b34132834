/**
 * A bad network between a socket of ours and the system's, for tests; never on by itself. All of it happens to what is on
 * the wire, as anybody in the network could do it: keys and plaintext are not within its reach. Plain data: a JSON or
 * YAML file can hold it.
 *
 * @example faults: { seed: 7, send: [{ fault: 'lose', probability: 0.1 }], receive: [{ fault: 'delay', milliseconds: 50 }] }
 */
export interface FaultOptions {
  /**
   * What the random numbers follow from: the same seed, rules and datagrams make the same decisions. Integer
   * 0..9007199254740991, default 1. Throws `ERR_INVALID_OPTION`.
   */
  seed?: number | undefined;
  /** For what the socket sends, in the order in which a datagram meets them. Default: none. */
  send?: readonly FaultRule[] | undefined;
  /** For what the socket receives. Default: none. */
  receive?: readonly FaultRule[] | undefined;
}

/**
 * What happens to a datagram, and to which. It meets the rules in order until one loses it; what one has cut or damaged,
 * the next one sees so. A rule that is wrong throws `ERR_INVALID_OPTION` or `ERR_UNKNOWN_OPTION`.
 */
export type FaultRule =
  | LoseFault
  | DuplicateFault
  | DelayFault
  | ReorderFault
  | CorruptFault
  | TruncateFault
  | BlackoutFault
  | MtuFault
  | RebindFault;

/** Which datagrams a rule acts on. Everything that is given must hold; by default it acts on each. */
export interface FaultSelection {
  /** Those with a record of this kind, or of one of these. Not together with `handshake`. Default: any, DTLS or not. */
  records?: RecordKind | readonly RecordKind[] | undefined;
  /**
   * Those in which a handshake message of this type, or of one of these, begins: of a message in several fragments the
   * first counts. A protected handshake record counts as a Finished.
   */
  handshake?: HandshakeMessage | readonly HandshakeMessage[] | undefined;
  /** The n-th of those that fit, from 1, and no other; not together with `skip`, `every` and `limit`. */
  nth?: number | undefined;
  /** How many of those that fit pass first. Integer 0..4294967294, default 0. */
  skip?: number | undefined;
  /** Each n-th of those that fit, beginning with the first after `skip`. Integer 1..4294967295, default 1. */
  every?: number | undefined;
  /** How often the rule acts at most. Integer 1..4294967295, default: without a limit. */
  limit?: number | undefined;
  /** Whether `nth`, `skip`, `every` and `limit` count for each peer or for the socket. Default `'peer'`. */
  per?: 'peer' | 'socket' | undefined;
  /** When the rule begins to see datagrams, since it was set. Integer 0..2147483647 ms, default 0. */
  from?: number | undefined;
  /** When it ceases to. Integer 1..2147483647 ms, above `from`, default: never. */
  to?: number | undefined;
  /** After which time `from` and `to` come again. Integer 1..2147483647 ms, at least `to`, default: never. */
  period?: number | undefined;
  /** The probability with which it acts. 0..1, default 1. */
  probability?: number | undefined;
}

/** The datagram never arrives. */
export interface LoseFault extends FaultSelection {
  /** What it does. */
  fault: 'lose';
}

/** The datagram arrives more than once. */
export interface DuplicateFault extends FaultSelection {
  /** What it does. */
  fault: 'duplicate';
  /** How many more. Integer 1..16, default 1. */
  copies?: number | undefined;
}

/** The datagram arrives later, and others may overtake it. */
export interface DelayFault extends FaultSelection {
  /** What it does. */
  fault: 'delay';
  /** Integer 0..86400000 ms. Required. The timer is as fine as the loop's: a millisecond. */
  milliseconds: number;
  /** By how much it varies to both sides, evenly. Integer 0..`milliseconds` ms, default 0. */
  jitter?: number | undefined;
  /** Whether a datagram waits for those that the rule has delayed before: jitter without reordering. Default false. */
  inOrder?: boolean | undefined;
}

/** The datagram arrives after others of the same peer that came behind it. */
export interface ReorderFault extends FaultSelection {
  /** What it does. */
  fault: 'reorder';
  /** How many overtake it. Integer 1..1000, default 1. */
  places?: number | undefined;
  /** How long it waits for them. Integer 1..86400000 ms, default 100. */
  milliseconds?: number | undefined;
}

/** Bits of the datagram are flipped: anywhere in it, or in the content of the record that `records` or `handshake` has found. */
export interface CorruptFault extends FaultSelection {
  /** What it does. */
  fault: 'corrupt';
  /** How many. Integer 1..64, default 1. */
  bits?: number | undefined;
}

/** The end of the datagram is cut off. */
export interface TruncateFault extends FaultSelection {
  /** What it does. */
  fault: 'truncate';
  /** What stays; shorter datagrams are left alone. Integer 0..65535 bytes, default: drawn, less than it has. */
  bytes?: number | undefined;
}

/** Nothing arrives for a time. */
export interface BlackoutFault extends FaultSelection {
  /** What it does. */
  fault: 'blackout';
  /** Required here. */
  to: number;
}

/** Datagrams that are too large vanish without a word: an MTU black hole. */
export interface MtuFault extends FaultSelection {
  /** What it does. */
  fault: 'mtu';
  /** The largest UDP payload that arrives. Integer 1..65535 bytes. Required. */
  bytes: number;
  /** Sending: whether the system refuses them with `EMSGSIZE` instead, as one that knows the MTU of the path. Default false. */
  emsgsize?: boolean | undefined;
}

/**
 * Clients, sending: before the datagram leaves, the socket moves to another port, as behind a NAT that has forgotten it. What
 * was under way to the old port is lost.
 */
export interface RebindFault extends FaultSelection {
  /** What it does. */
  fault: 'rebind';
  /** Numeric address to move to; default: that of the socket. One that cannot be had leaves the socket where it is. */
  localAddress?: string | undefined;
}

/**
 * Content types of records by their names in RFC 5246 and RFC 9146; `'plain'` and `'protected'` are those of epoch 0, and of
 * a later one.
 */
export type RecordKind = (typeof recordKinds)[number];

/** Handshake messages by their names in RFC 5246 and RFC 6347. */
export type HandshakeMessage = keyof typeof handshakeTypes;

export const recordKinds = [
  'changeCipherSpec',
  'alert',
  'handshake',
  'applicationData',
  'heartbeat',
  'tls12Cid',
  'plain',
  'protected',
] as const;

export const handshakeTypes = {
  HelloRequest: 0,
  ClientHello: 1,
  ServerHello: 2,
  HelloVerifyRequest: 3,
  NewSessionTicket: 4,
  Certificate: 11,
  ServerKeyExchange: 12,
  CertificateRequest: 13,
  ServerHelloDone: 14,
  CertificateVerify: 15,
  ClientKeyExchange: 16,
  Finished: 20,
  CertificateStatus: 22,
} as const;
