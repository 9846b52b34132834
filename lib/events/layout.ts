import { native } from '../binding.js';
import { TlsError } from '../errors/tls-error.js';
import { faultCounterNames } from '../faults/fault-counters.js';
import { counterNames } from './counters.js';

/** 32-bit integers per event record: `core::EventRecord` in `native/core/event_sink.h`. */
export const EVENT_INTS = 8;

/** Positions in a record. */
export const KIND = 0;
export const ENDPOINT = 1;
export const PEER = 2;
export const OFFSET = 3;
export const LENGTH = 4;
export const A = 5;
export const B = 6;
export const C = 7;

/** `core::EventKind`. */
export const EventKind = {
  connected: 1,
  message: 2,
  closed: 3,
  clientError: 4,
  keylog: 5,
  endpointClosed: 6,
  endpointError: 7,
  session: 8,
  sessionWanted: 9,
  sessionRemoved: 10,
  datagram: 11,
  peerError: 12,
  pskWanted: 13,
  helloWanted: 14,
  questionOver: 15,
  tapped: 16,
} as const;

/** Flags in the lowest byte of `C` of a `connected` event; the port is above them. */
export const RESUMED_FLAG = 1;

/** Flags in `A` of a `tapped` event. */
export const SENT_FLAG = 1;
export const TRUNCATED_FLAG = 2;

/** Largest payload of one event: `core::EventSink::kMaxPayload`. */
export const MAX_PAYLOAD: number = native.layout.maxPayload;

const { eventInts, counterCount, faultCounterCount } = native.layout;
const fits =
  eventInts === EVENT_INTS && counterCount === counterNames.length && faultCounterCount === faultCounterNames.length;
if (!fits) {
  throw new TlsError(
    'ERR_ADDON_MISMATCH',
    `the native part of lwm2m-tls was built from other sources than its JavaScript: events of ` +
      `${eventInts} integers, ${counterCount} and ${faultCounterCount} counters instead of ${EVENT_INTS}, ` +
      `${counterNames.length} and ${faultCounterNames.length}; build it again with 'npm run build:native'`,
  );
}
