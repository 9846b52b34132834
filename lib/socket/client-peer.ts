import type { Endpoint } from '../events/endpoint.js';
import type { ConnectedRecord } from '../events/records.js';
import { Peer } from './peer.js';

/** A client's association: it has a session, lines for its key log, and a UDP socket for itself. */
export class ClientPeer extends Peer {
  #session: Buffer | undefined;
  #makeSession: (() => Buffer) | undefined;
  #sessionUnheard = false;

  /** `keylogLines` are those of the handshake, for the first listener of `'keylog'`; undefined when none are kept. */
  constructor(endpoint: Endpoint, record: ConnectedRecord, keylogLines: Buffer[] | undefined) {
    super(endpoint, record);
    this.replayTo('session', () => this.#replaySession());
    if (keylogLines === undefined) return;
    this.replayTo('keylog', () => {
      for (const line of keylogLines.splice(0)) this.socket.emit('keylog', line);
    });
  }

  override get role(): 'client' {
    return 'client';
  }

  override get session(): Buffer | undefined {
    this.#session ??= this.#makeSession?.();
    this.#makeSession = undefined;
    return this.#session;
  }

  /**
   * A session that can be resumed later; in DTLS 1.2 there is one for each full handshake. `make` is called when somebody
   * asks for it: most never do.
   */
  keepSession(make: () => Buffer): void {
    this.#makeSession = make;
    this.#session = undefined;
    this.#sessionUnheard = this.socket.listenerCount('session') === 0;
    if (!this.#sessionUnheard) this.socket.emit('session', this.session as Buffer);
  }

  override setKeepAlive(keepAlive: boolean): void {
    if (this.connected) this.endpoint.native.setRef(this.endpoint.number, keepAlive);
  }

  /** It comes with the handshake, before anybody can listen. Once. */
  #replaySession(): void {
    const session = this.#sessionUnheard ? this.session : undefined;
    this.#sessionUnheard = false;
    if (session !== undefined) this.socket.emit('session', session);
  }
}
