import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import type { DtlsServerOptions } from 'lwm2m-tls';
import { Program } from './program.js';
import { watch } from './watch.js';

/** What a server in a process of its own shares with others, and how. */
export interface Sharing {
  redisPort: number;
  /** In hexadecimal. */
  secret: string;
  /** Sessions by id in a store, or the keys of tickets. */
  way: 'ids' | 'tickets';
  /** Seconds. Default a day. */
  timeout?: number;
  /** Seconds, of `tickets`. Default the timeout. */
  rotation?: number;
  /** In place of the tests' pre-shared keys; as JSON. */
  options?: Partial<DtlsServerOptions>;
}

export interface SharingServer {
  /** Prints `connection resumed=true` for each client, and `store error CODE: TEXT`. */
  program: Program;
  port: number;
}

const child = fileURLToPath(new URL('sharing-child.js', import.meta.url));

/** A `DtlsServer` in a process of its own that echoes. It ends with the test. */
export async function startSharingServer(t: ExecutionContext, sharing: Sharing): Promise<SharingServer> {
  const program = watch(t, new Program(process.execPath, [child, JSON.stringify(sharing)]));
  const [, port] = await program.waitFor(/port (\d+)/);
  return { program, port: Number(port) };
}
