import type { PeerInfo } from './binding.js';

/** Bits that the calls of a {@link NativeStream} return: what there is to take, and what has happened. */
export const StreamFlag = {
  output: 1,
  plaintext: 2,
  /** In the one return value that completed the handshake. */
  established: 4,
  /** close_notify has come. */
  ended: 8,
  failed: 16,
  session: 32,
  keylog: 64,
  sessionWanted: 128,
} as const;

/** One TLS connection over any stream of bytes. Knows no socket: what goes in and out does so by these calls. */
export interface NativeStream {
  start(): number;
  receive(chunk: Uint8Array): number;
  /** The transport has ended. */
  end(): number;
  answerSession(session: Uint8Array | null): number;
  /** A status; with `ok` all of it is in the output. */
  write(data: Uint8Array): number;
  /** Puts close_notify into the output. */
  shutdown(): void;
  takeOutput(): Buffer | null;
  takePlaintext(): Buffer | null;
  /** DER of the newest session. Server with `externalSessions`: u8 length, id, DER. */
  takeSession(): Buffer | null;
  /** Lines in NSS key log format, each with its end. */
  takeKeylog(): Buffer | null;
  /** The id that a client wants to resume. */
  wantedSession(): Buffer | null;
  failure(): { cause: number; code: number; reason: string; pskIdentity: string } | null;
  /** Once established. */
  info(): PeerInfo;
  /** Frees everything; idempotent. Nothing comes out afterwards. */
  destroy(): void;
}
