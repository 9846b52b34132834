import type { NativeContext } from '../binding.js';
import type { Endpoint } from '../events/endpoint.js';
import type { DtlsServer } from './dtls-server.js';

/** What is behind a server, for `lib/harness`. */
export interface ServerInternals {
  /** Undefined before `listen()`. */
  readonly endpoint: Endpoint | undefined;
  readonly context: NativeContext;
}

/** The class itself sets it while it is loaded, so that its published types name nothing of this. */
export let internalsOf: (server: DtlsServer) => ServerInternals;

export function setInternalsOf(open: typeof internalsOf): void {
  internalsOf = open;
}
