/** Codes of {@link BenchError}. They are stable. */
export type BenchErrorCode =
  /** A handshake that was to resume a session was a full one. */
  | 'ERR_NOT_RESUMED'
  /** The target observes nothing of the device. */
  | 'ERR_NOT_OBSERVED'
  /** An answer came where none may come. */
  | 'ERR_UNEXPECTED_ANSWER'
  /** Iterations were due and never began: their devices were still busy when the run ended. */
  | 'ERR_BACKLOG'
  /** An operation was still under way when the run ended. */
  | 'ERR_UNFINISHED'
  /** The association ended while the device asked for nothing. */
  | 'ERR_CLOSED'
  /** The server that a run starts for itself has ended. */
  | 'ERR_TARGET_FAILED';

/** What fails in a run besides DTLS (`TlsError`) and CoAP (`CoapError`). */
export class BenchError extends Error {
  /** For stack traces. */
  override readonly name = 'BenchError';
  /** Stable; see {@link BenchErrorCode}. */
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
