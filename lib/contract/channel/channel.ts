import type { ContractError } from '../errors/contract-error.js';

/** What a completed handshake has settled. */
export interface Established {
  /** IANA number. */
  readonly cipher: number;
  readonly resumed: boolean;
}

/** One association over a backend: what libssl's `SSL` is to the C implementations. Ends once, and is not used again. */
export interface Channel {
  /** Rejects with a {@link ContractError}; a rejection that nobody looks at is not reported. */
  readonly established: Promise<Established>;
  /** Undelivered data is held here. */
  readonly hasBufferedData: boolean;
  /** Of the transport, where the channel counts for a backend that does not. */
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  receive(buffer: Uint8Array, timeout: number): Promise<number>;
  /** All of it, or an error. */
  send(data: Uint8Array): Promise<void>;
  /**
   * Largest message for one packet of a backend that carries `backendMtu` bytes; undefined before the handshake is done.
   * Streams: 0.
   */
  innerMtu(backendMtu: number): number | undefined;
  /** Receivers that wait get `error`; what has been received stays. */
  abortReceivers(error: ContractError): void;
  /** Ends it, with or without close_notify; what waits gets `error`. Resolves when the backend may be closed. */
  close(closeNotify: boolean, error: ContractError): Promise<void>;
}

/** What a handshake is made with. */
export interface ChannelHooks {
  /** In front of the text of every error. */
  readonly what: string;
  /** A session that can be resumed, DER. Valid during the call. */
  readonly session: (der: Uint8Array) => void;
}
