import type { Readable } from 'node:stream';

/** Events of a {@link TlsSocket} and what their listeners get: those of a `stream.Duplex`, and two of its own. */
export interface TlsSocketEvents {
  /** Plaintext; a string after `setEncoding()`. */
  data: [chunk: Buffer];
  /** The peer says nothing more. */
  end: [];
  /** There is something to `read()`. */
  readable: [];
  /** Reading stops until `resume()`. */
  pause: [];
  /** Reading goes on. */
  resume: [];
  /** There is room for writing again. */
  drain: [];
  /** All that was written has been given to the transport, close_notify included. */
  finish: [];
  /** A stream is being piped into this one. */
  pipe: [source: Readable];
  /** It is not any more. */
  unpipe: [source: Readable];
  /** The connection failed; `'close'` follows. Does not crash a process in which nobody listens. */
  error: [error: Error];
  /** The end, once. Nothing follows. */
  close: [];
  /** Clients with the option `keylog`: a line in NSS key log format, with its line end. */
  keylog: [line: Buffer];
  /** Clients: a session that the option `session` of a later `connectTls()` takes. */
  session: [session: Buffer];
  /** As any emitter has it. */
  newListener: [event: string | symbol, listener: (...values: unknown[]) => void];
  /** As any emitter has it. */
  removeListener: [event: string | symbol, listener: (...values: unknown[]) => void];
}

/** A method that adds or removes a listener of one event. */
export interface TlsSocketListening<Self> {
  <Event extends keyof TlsSocketEvents>(event: Event, listener: (...values: TlsSocketEvents[Event]) => void): Self;
  /** After `setEncoding()`. Generic, so that the compiler does not put it first. */
  <Event extends 'data'>(event: Event, listener: (chunk: string) => void): Self;
}

/** The method that tells listeners. */
export type TlsSocketEmitting = <Event extends keyof TlsSocketEvents>(
  event: Event,
  ...values: TlsSocketEvents[Event]
) => boolean;
