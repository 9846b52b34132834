import { rethrowLater } from '../errors/rethrow-later.js';
import { Status, statusToError } from '../errors/status.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import { type ConnectedRecord, readTraffic, type Traffic } from '../events/records.js';
import './dtls-socket.js'; // sets createDtlsSocket
import type { DtlsSocket } from './dtls-socket.js';
import { createDtlsSocket } from './socket-factory.js';

/** Messages kept for a socket that nobody listens to yet, or any more after an iteration. */
const HELD_MESSAGES = 8;

const trafficScratch = new BigUint64Array(4);

/**
 * One established association as its owner sees it: the inner side of a {@link DtlsSocket}. A client's has its endpoint
 * for itself and closes it with it; a server's shares it.
 *
 * Ends once, in this order: no more messages, `'error'` when it failed and somebody listens, `'close'`.
 */
export class Peer {
  readonly socket: DtlsSocket;
  readonly role: 'client' | 'server';
  readonly endpoint: Endpoint;
  readonly record: ConnectedRecord;
  #state: 'connected' | 'closing' | 'closed' = 'connected';
  #error: TlsError | undefined;
  #traffic: Traffic = { bytesSent: 0, bytesReceived: 0, datagramsSent: 0, datagramsReceived: 0 };
  /** False while messages are held back, because there was no listener yet, or dropped, because we are closing. */
  #flowing = false;
  #held: Buffer[] | undefined;
  /** Closed by ourselves: what has come is of no use any more. */
  #stopped = false;
  #closeWaiters: (() => void)[] | undefined;
  #session: Buffer | undefined;
  #makeSession: (() => Buffer) | undefined;
  #sessionUnheard = false;

  constructor(role: 'client' | 'server', endpoint: Endpoint, record: ConnectedRecord, keylogLines?: Buffer[]) {
    this.role = role;
    this.endpoint = endpoint;
    this.record = record;
    this.socket = createDtlsSocket(this, keylogLines);
    endpoint.peers.set(record.peer, this);
  }

  /** The newest session of a client. */
  get session(): Buffer | undefined {
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

  /** The newest session if nobody has listened when it came; once. */
  takeUnheardSession(): Buffer | undefined {
    const session = this.#sessionUnheard ? this.session : undefined;
    this.#sessionUnheard = false;
    return session;
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Why the association failed; undefined while it is well, and when it ended in order. */
  get error(): TlsError | undefined {
    return this.#error;
  }

  /** As of now, or of the moment when it was closed. */
  get traffic(): Traffic {
    const { endpoint, record } = this;
    if (this.connected && endpoint.native.peerTraffic(endpoint.number, record.peer, trafficScratch)) {
      this.#traffic = readTraffic(trafficScratch);
    }
    return this.#traffic;
  }

  deliver(message: Buffer): void {
    if (this.#flowing) this.socket.emit('message', message);
    else this.#hold(message);
  }

  send(message: Uint8Array): void {
    if (!this.connected) throw statusToError('send', Status.noSuchPeer);
    const { endpoint, record } = this;
    const status = endpoint.native.send(endpoint.number, record.peer, message);
    // Its end is under way, and the caller could not know: the message is lost, as one that arrives too late.
    if (status === Status.noSuchPeer) return;
    if (status !== Status.ok) throw this.#sendError(status, message.length);
  }

  /** A listener for messages is being added: what was held back is delivered once it is there. */
  startFlowing(): void {
    if (this.#flowing) return;
    if (this.#held === undefined) this.#flowing = this.connected;
    else process.nextTick(() => this.#release());
  }

  /** The oldest of the messages that came while nobody listened; it is the caller's now. */
  takeHeld(): Buffer | undefined {
    return this.#held?.shift();
  }

  /**
   * Takes back what a listener that has gone did not want any more. When it was the last one, this and what comes from now
   * on is held as before the first; otherwise the others have it.
   */
  putBack(messages: readonly Buffer[]): void {
    if (this.#stopped || this.socket.listenerCount('message') > 0) return;
    this.#flowing = false;
    const copies = messages.map((message) => Buffer.from(message)); // for the reason in #hold
    const held = [...copies, ...(this.#held ?? [])];
    this.#held = held.length > 0 ? held : undefined;
  }

  /** Whether the UDP socket holds the process; a server's is not its peers' to decide about. */
  setKeepAlive(keepAlive: boolean): void {
    if (this.role === 'client' && this.connected) this.endpoint.native.setRef(this.endpoint.number, keepAlive);
  }

  close(): Promise<void> {
    const { endpoint, record } = this;
    if (this.connected) {
      this.stop();
      if (this.role === 'client') endpoint.close();
      else if (endpoint.native.closePeer(endpoint.number, record.peer) === Status.ok) {
        endpoint.peers.delete(record.peer);
        process.nextTick(() => this.finish());
      }
      // Otherwise it has ended already, and the event that says so is under way.
    }
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#closeWaiters ??= [];
      this.#closeWaiters.push(resolve);
    });
  }

  /** No messages from now on: we are closing. */
  stop(): void {
    this.#traffic = this.traffic;
    this.#state = 'closing';
    this.#stopped = true;
    this.#flowing = false;
    this.#held = undefined;
  }

  /** The association has ended by itself, because of `error` or in order. */
  end(error: TlsError | undefined, traffic: Traffic): void {
    const { endpoint, record } = this;
    const wasConnected = this.connected;
    this.#state = 'closing';
    this.#traffic = traffic;
    if (this.role === 'client') endpoint.close();
    else endpoint.peers.delete(record.peer);
    try {
      if (wasConnected && error !== undefined) {
        this.#error = error;
        if (this.socket.listenerCount('error') > 0) this.socket.emit('error', error);
      }
    } finally {
      if (this.role === 'server') this.finish();
    }
  }

  /** Nothing is left of it in native code. */
  finish(): void {
    if (this.closed) return;
    this.#state = 'closed';
    this.#release();
    this.endpoint.owner.peerFinished?.(this);
    try {
      this.socket.emit('close', this.#error !== undefined);
    } finally {
      for (const resolve of this.#closeWaiters ?? []) resolve();
      this.#closeWaiters = undefined;
    }
  }

  #hold(message: Buffer): void {
    if (!this.connected) return;
    this.#held ??= [];
    // Copied: they may wait for long, and a view would keep its whole slab.
    if (this.#held.length < HELD_MESSAGES) this.#held.push(Buffer.from(message));
  }

  #release(): void {
    while (this.#held !== undefined && this.#held.length > 0) {
      if (this.socket.listenerCount('message') === 0) return;
      try {
        this.socket.emit('message', this.#held.shift() as Buffer);
      } catch (error) {
        rethrowLater(error);
      }
    }
    this.#held = undefined;
    this.#flowing = this.connected;
  }

  #sendError(status: number, size: number): TlsError {
    if (status !== Status.tooLarge) return statusToError('send', status);
    const { innerMtu } = this.record;
    return new TlsError(
      'EMSGSIZE',
      `send: a message of ${size} bytes does not fit one datagram, at most ${innerMtu} bytes do (innerMtu); nothing was sent`,
    );
  }
}
