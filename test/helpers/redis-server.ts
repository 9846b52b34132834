import type { ExecutionContext } from 'ava';
import type { Redis } from 'ioredis';
import { attend } from './attend.js';
import { startOnFreePort } from './foreign/foreign-server.js';
import { startTool, type Tool } from './foreign/tools.js';
import type { Program } from './program.js';
import { connectRedis } from './redis-client.js';

const ready = /Ready to accept connections/;

/** A real Redis on a free port of 127.0.0.1, with nothing on the disk: what it knows ends with it. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #tool: Tool;
  #process: Program;

  private constructor(tool: Tool, port: number, process: Program) {
    this.#tool = tool;
    this.port = port;
    this.#process = process;
  }

  /** It ends with the test. */
  static async start(t: ExecutionContext, tool: Tool): Promise<RedisServer> {
    const start = (port: number) => startTool(tool, parameters(port));
    const { port, process } = await startOnFreePort(start, ready, /Address already in use/, 'stream');
    return attend(t, new RedisServer(tool, port, process), (server) => server.#process.output);
  }

  /** Ends it at once, as a machine that loses its power. */
  async crash(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }

  /** Starts it again at the same port, without its memory. */
  async restart(): Promise<void> {
    this.#process = startTool(this.#tool, parameters(this.port));
    await this.#process.waitFor(ready);
  }

  /** A connected client that ends with the test. */
  async client(t: ExecutionContext): Promise<Redis> {
    const client = await connectRedis(this.port);
    t.teardown(() => client.disconnect());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }
}

function parameters(port: number): string[] {
  return ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
}
