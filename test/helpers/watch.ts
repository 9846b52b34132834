import type { ExecutionContext } from 'ava';
import { attend } from './attend.js';
import type { ForeignServer } from './foreign/foreign-server.js';
import type { Program } from './program.js';

/** Ends the program with the test and shows its output when that failed. */
export function watch(t: ExecutionContext, process: Program): Program {
  return attend(t, process, ({ output }) => output);
}

export function watchServer(t: ExecutionContext, server: ForeignServer): ForeignServer {
  watch(t, server.process);
  return server;
}
