import type { Credentials } from '../credentials.js';
import type { Program } from '../program.js';
import type { Suite } from '../suites.js';
import type { Tool } from './tools.js';

/** A client program that sends the lines of its input and prints what it gets, and how to tell what it has seen. */
export interface ForeignClient {
  start(tool: Tool, port: number, options: { suite: Suite; credentials?: Credentials }): Program;
  /** Printed after a handshake. */
  connected(suite: Suite): RegExp;
  /** Printed when the server sent a fatal alert that the identity is unknown. */
  identityRefused: RegExp;
  /** Printed when the server said close_notify. */
  serverLeft: RegExp;
  /** Makes it say close_notify and end. */
  leave(program: Program): void;
}
