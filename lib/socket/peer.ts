import type { EventEmitter } from 'node:events';
import { type Failure, failureToError, isInOrder } from '../errors/failure.js';
import { rethrowLater } from '../errors/rethrow-later.js';
import { Status, statusToError } from '../errors/status.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import { type ConnectedRecord, readTraffic, type Traffic } from '../events/records.js';
import './dtls-socket.js'; // sets createDtlsSocket
import type { DtlsSocket, DtlsSocketEvents } from './dtls-socket.js';
import { createDtlsSocket } from './socket-factory.js';

/** Messages kept for a socket that nobody listens to yet, or any more after an iteration. */
const HELD_MESSAGES = 8;

/** Level of an alert. */
const FATAL = 2;

const trafficScratch = new BigUint64Array(4);

const NO_TRAFFIC: Traffic = { bytesSent: 0, bytesReceived: 0, datagramsSent: 0, datagramsReceived: 0 };

/** What a peer is left with when its association is not connected any more. */
interface End {
  traffic: Traffic;
  error: TlsError | undefined;
  /** We have closed it: what has come is of no use any more. */
  readonly stopped: boolean;
  /** `'close'` has been emitted. */
  closed: boolean;
  closeWaiters: (() => void)[] | undefined;
}

/**
 * One established association as its owner sees it: the inner side of a {@link DtlsSocket}. A client's has its endpoint
 * for itself and closes it with it; a server's shares it, and is there ten thousand times: small.
 *
 * Ends once, in this order: no more messages, `'error'` when it failed and somebody listens, `'close'`.
 */
export class Peer {
  readonly endpoint: Endpoint;
  readonly record: ConnectedRecord;
  #socket: DtlsSocket | undefined;
  /** Messages that wait for a listener. There from the first of them on. */
  #held: Buffer[] | undefined;
  /** Somebody has listened: messages without a listener are dropped. */
  #heard = false;
  #end: End | undefined;

  constructor(endpoint: Endpoint, record: ConnectedRecord) {
    this.endpoint = endpoint;
    this.record = record;
    endpoint.peers.set(record.peer, this);
  }

  get role(): 'client' | 'server' {
    return 'server';
  }

  /** Made when somebody asks for it. */
  get socket(): DtlsSocket {
    this.#socket ??= createDtlsSocket(this);
    return this.#socket;
  }

  /** The newest session of a client. */
  get session(): Buffer | undefined {
    return undefined;
  }

  get connected(): boolean {
    return this.#end === undefined;
  }

  get closed(): boolean {
    return this.#end?.closed === true;
  }

  /** Why the association failed; undefined while it is well, and when it ended in order. */
  get error(): TlsError | undefined {
    return this.#end?.error;
  }

  /** As of now, or of the moment when it was closed. */
  get traffic(): Traffic {
    const { endpoint, record } = this;
    if (this.#end !== undefined) return this.#end.traffic;
    const known = endpoint.native.peerTraffic(endpoint.number, record.peer, trafficScratch);
    return known ? readTraffic(trafficScratch) : NO_TRAFFIC;
  }

  deliver(message: Buffer): void {
    if (this.#end !== undefined) return;
    const mustWait = this.#held !== undefined && this.#held.length > 0;
    if (mustWait || !this.#emitMessage(message)) this.#hold(message);
  }

  send(message: Uint8Array): void {
    if (this.#end !== undefined) throw statusToError('send', Status.noSuchPeer);
    const { endpoint, record } = this;
    const status = endpoint.native.send(endpoint.number, record.peer, message);
    // Its end is under way, and the caller could not know: the message is lost, as one that arrives too late.
    if (status === Status.ok || status === Status.noSuchPeer) return;
    throw this.#sendError(status, message.length);
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
    if (this.#end?.stopped || this.socket.listenerCount('message') > 0) return;
    this.#heard = false;
    if (messages.length === 0) return;
    const copies = messages.map((message) => Buffer.from(message)); // for the reason in #hold
    this.#heldMessages().unshift(...copies);
    process.nextTick(() => this.releaseHeld()); // for listeners of the server
  }

  /** What was held goes to those who listen now. */
  releaseHeld(): void {
    for (let message = this.#held?.shift(); message !== undefined; message = this.#held?.shift()) {
      try {
        if (this.#emitMessage(message)) continue;
        this.#held?.unshift(message);
        return;
      } catch (error) {
        rethrowLater(error);
      }
    }
  }

  /** Whether the UDP socket holds the process; a server's is not its peers' to decide about. */
  setKeepAlive(_keepAlive: boolean): void {}

  close(): Promise<void> {
    const { endpoint, record } = this;
    if (this.connected) {
      this.stop();
      if (this.role === 'client') endpoint.close();
      else if (endpoint.native.closePeer(endpoint.number, record.peer) === Status.ok) this.#leave();
      // Otherwise it has ended already, and the event that says so is under way.
    }
    return this.#whenClosed();
  }

  /** A server's: ends without a word to the peer, which cannot know. */
  forget(): Promise<void> {
    const { endpoint, record } = this;
    if (this.connected) {
      this.stop();
      if (endpoint.native.forgetPeer(endpoint.number, record.peer) === Status.ok) this.#leave();
    }
    return this.#whenClosed();
  }

  /** A server's: sends any alert. One that is fatal ends the association. Throws `ERR_CLOSED`, `ENOTSUP`. */
  sendAlert(level: number, description: number): void {
    const { endpoint, record, traffic } = this;
    if (!this.connected) throw statusToError('sendAlert', Status.noSuchPeer);
    const status = endpoint.native.sendAlert(endpoint.number, record.peer, level, description);
    if (status !== Status.ok) throw statusToError('sendAlert', status);
    if (level !== FATAL) return;
    this.#end ??= endOf(traffic, { stopped: true });
    this.#held = undefined;
    this.#leave();
  }

  /** No messages from now on: we are closing. */
  stop(): void {
    this.#end ??= endOf(this.traffic, { stopped: true });
    this.#held = undefined;
  }

  /** Native code has lost the association. */
  endWith(failure: Failure, traffic: Traffic): void {
    if (isInOrder(failure)) return this.end(undefined, traffic);
    const what = this.role === 'client' ? 'connection to' : 'connection of';
    this.end(failureToError(`${what} ${this.record.remoteAddress}`, failure), traffic);
  }

  /** The association has ended by itself, because of `error` or in order. */
  end(error: TlsError | undefined, traffic: Traffic): void {
    const { endpoint, record } = this;
    const wasConnected = this.connected;
    this.#end ??= endOf(traffic, { stopped: false });
    this.#end.traffic = traffic;
    this.#tellTaps(error);
    if (this.role === 'client') endpoint.close();
    else endpoint.peers.delete(record.peer);
    try {
      if (wasConnected && error !== undefined) this.#fail(this.#end, error);
    } finally {
      if (this.role === 'server') this.finish();
    }
  }

  /** Nothing is left of it in native code. */
  finish(): void {
    if (this.closed) return;
    this.#end ??= endOf(this.traffic, { stopped: false });
    const end = this.#end;
    end.closed = true;
    this.releaseHeld();
    this.endpoint.owner.peerFinished?.(this);
    try {
      this.#socket?.emit('close', end.error !== undefined);
    } finally {
      for (const resolve of end.closeWaiters ?? []) resolve();
      end.closeWaiters = undefined;
    }
  }

  /** Runs `replay` in the turn after each new listener of `event`, for what came before it. */
  protected replayTo(event: keyof DtlsSocketEvents, replay: () => void): void {
    (this.socket as EventEmitter).on('newListener', (added) => {
      if (added === event) process.nextTick(replay);
    });
  }

  /** To the listeners of its socket, or else to those of its server. False: there are none. */
  #emitMessage(message: Buffer): boolean {
    if (!this.#socket?.emit('message', message) && !this.endpoint.owner.message?.(this, message)) return false;
    this.#heard = true;
    return true;
  }

  #hold(message: Buffer): void {
    if (this.#heard) return;
    const held = this.#heldMessages();
    // Copied: they may wait for long, and a view would keep its whole slab.
    if (held.length < HELD_MESSAGES) held.push(Buffer.from(message));
  }

  #heldMessages(): Buffer[] {
    if (this.#held === undefined) {
      this.#held = [];
      this.replayTo('message', () => this.releaseHeld());
    }
    return this.#held;
  }

  /** Native code has let a server's go, and does not tell. */
  #leave(): void {
    this.#tellTaps(undefined);
    this.endpoint.peers.delete(this.record.peer);
    process.nextTick(() => this.finish());
  }

  #tellTaps(error: TlsError | undefined): void {
    const { remoteAddress, remotePort } = this.record;
    this.endpoint.peerEnded(remoteAddress, remotePort, error);
  }

  #whenClosed(): Promise<void> {
    const end = this.#end;
    if (end === undefined || end.closed) return Promise.resolve();
    return new Promise((resolve) => {
      end.closeWaiters ??= [];
      end.closeWaiters.push(resolve);
    });
  }

  #fail(end: End, error: TlsError): void {
    end.error = error;
    const socket = this.#socket;
    if (socket !== undefined && socket.listenerCount('error') > 0) socket.emit('error', error);
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

function endOf(traffic: Traffic, { stopped }: { stopped: boolean }): End {
  return { traffic, error: undefined, stopped, closed: false, closeWaiters: undefined };
}
