/** A bad network, for tests: `core::FaultRules`. */
export interface NativeFaults {
  /** 0..2^53. */
  seed: number;
  send: readonly NativeFaultRule[];
  receive: readonly NativeFaultRule[];
  /** Of sending, then of receiving: in the order of `core::FaultCounters`. */
  counters: BigUint64Array;
  /** Matched and applied for each rule, those of sending first. */
  ruleCounters: BigUint64Array;
}

/** `core::FaultRule`; `parse-faults.ts` has checked it. */
export interface NativeFaultRule {
  /** `core::Fault`. */
  fault: number;
  /** Bits of `core::record_bit()`; with `handshakes` 0, too: every datagram. */
  records: number;
  /** A bit per type of handshake message. */
  handshakes: number;
  fromMicros: number;
  /** Null: without an end. */
  toMicros: number | null;
  /** 0: the times are not repeated. */
  periodMicros: number;
  /** 0: any size. */
  largerThan: number;
  perPeer: boolean;
  /** Counted from 1. */
  first: number;
  /** 0: without an end. */
  last: number;
  step: number;
  /** 0: without a limit. */
  limit: number;
  /** Of 2^32. */
  probability: number;
  copies: number;
  bits: number;
  places: number;
  delayMicros: number;
  jitterMicros: number;
  inOrder: boolean;
  /** Null: drawn. */
  keep: number | null;
  reported: boolean;
  /** Numeric; null: the present one. */
  localAddress: string | null;
}
