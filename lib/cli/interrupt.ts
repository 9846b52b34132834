import { setMaxListeners } from 'node:events';
import { ExitCode } from './exit-codes.js';

/** Turns SIGINT, SIGTERM and the end of stdout into an AbortSignal while it is in force. */
export interface Interrupt {
  /** Aborted by the first of them. A second signal ends the process at once. */
  readonly signal: AbortSignal;
  /**
   * 130 or 143 after a signal; after the end of stdout 0, for its reader has seen enough, or 1 when it failed otherwise;
   * `undefined` before.
   */
  exitCode(): number | undefined;
  /** Gives all of them back their usual effect. */
  release(): void;
}

export function watchInterrupts(): Interrupt {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // every device that is connecting listens
  let bySignal: number | undefined;
  let byOutput: number | undefined;
  const stop = (name: NodeJS.Signals): void => {
    if (bySignal !== undefined) process.exit(bySignal);
    bySignal = name === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
    controller.abort();
  };
  const stopWithoutOutput = ({ code }: NodeJS.ErrnoException): void => {
    byOutput ??= code === 'EPIPE' ? ExitCode.ok : ExitCode.failure;
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.stdout.on('error', stopWithoutOutput);
  return {
    signal: controller.signal,
    exitCode: () => bySignal ?? byOutput,
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.stdout.off('error', stopWithoutOutput);
    },
  };
}
