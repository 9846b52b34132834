import type { NativeContext } from '../binding.js';
import { serverContext, type TransportSettings } from '../context.js';
import { TlsError } from '../errors/tls-error.js';
import { wipeSecrets } from '../options/certificates.js';
import type { ServerSecurity } from '../options/server-security.js';
import type { PskStore } from '../psk-store.js';
import { ServerNames } from './server-names.js';
import { StoredSessions } from './stored-sessions.js';
import { TicketKeys } from './ticket-keys.js';

/** What a server of either transport authenticates and resumes with: its context, and all that may change in it later. */
export class ServerSecurityContext {
  readonly native: NativeContext;
  readonly names: ServerNames;
  readonly ticketKeys: TicketKeys;
  /** Undefined unless sessions are kept outside. */
  readonly storedSessions: StoredSessions | undefined;
  readonly #psk: PskStore | null;

  /** Wipes the secrets of `security`. Failures of the stores go to `report`, in a turn of their own. */
  constructor(
    security: ServerSecurity,
    transport: TransportSettings,
    keylog: boolean,
    report: (error: TlsError) => void,
  ) {
    try {
      this.native = serverContext(security, transport);
    } finally {
      wipeSecrets(security);
    }
    const { psk, sessions } = security;
    this.#psk = psk;
    this.names = new ServerNames(this.native, security, transport);
    const reportLater = (error: TlsError) => process.nextTick(report, error);
    this.ticketKeys = new TicketKeys(this.native, sessions, reportLater);
    if (sessions.store !== null) this.storedSessions = new StoredSessions(sessions.store, sessions, reportLater);
    if (keylog) this.names.enableKeylog();
  }

  get identities(): PskStore {
    if (this.#psk !== null) return this.#psk;
    throw new TlsError('ERR_NO_PSK', 'identities: this server was made without the option psk, for certificates only');
  }
}
