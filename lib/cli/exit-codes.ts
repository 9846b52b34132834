/** How the commands end. Part of the interface: scripts match on these. */
export const ExitCode = {
  /** Also when the reader of stdout has gone: it has seen enough. */
  ok: 0,
  /** Something failed while running; the reason is on stderr. */
  failure: 1,
  /** The command line is wrong; nothing was opened. */
  usage: 2,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM (128 + SIGTERM). */
  terminated: 143,
} as const;

/** The command line is wrong: `main` prints the message and exits with {@link ExitCode.usage}. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_USAGE';
}
