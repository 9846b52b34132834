import { setMaxListeners } from 'node:events';
import { ExitCode } from './exit-codes.js';

/** Turns SIGINT and SIGTERM into an AbortSignal while it is in force. */
export interface Interrupt {
  /** Aborted by the first signal. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal, `undefined` before. */
  exitCode(): number | undefined;
  /** Gives both signals back their usual effect. */
  release(): void;
}

export function watchInterrupts(): Interrupt {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // every device that is connecting listens
  let exitCode: number | undefined;
  const stop = (name: NodeJS.Signals): void => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = name === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
