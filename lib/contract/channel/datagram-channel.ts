import type { Failure } from '../../errors/failure.js';
import { Cause } from '../../errors/failure.js';
import { Status } from '../../errors/status.js';
import type { ConnectedRecord } from '../../events/records.js';
import { ContractError } from '../errors/contract-error.js';
import { failureError, statusError } from '../errors/convert.js';
import type { Channel, ChannelHooks, Established } from './channel.js';
import { DatagramInbox, fillWithMessage } from './datagram-inbox.js';
import { Receivers } from './receivers.js';
import { plaintextLimit } from './record-overhead.js';

/** What a channel asks of the endpoint that carries it. */
export interface DatagramCarrier {
  /** A status. */
  seal(peer: number, data: Uint8Array): number;
  release(peer: number, closeNotify: boolean): void;
}

/** One DTLS association: a native peer of some endpoint. */
export class DatagramChannel implements Channel {
  readonly established: Promise<Established>;
  readonly peer: number;
  readonly hooks: ChannelHooks;
  readonly #carrier: DatagramCarrier;
  /** UDP payload that the handshake was told. */
  readonly #mtu: number;
  readonly #inbox = new DatagramInbox();
  readonly #receivers = new Receivers((buffer) => this.#take(buffer));
  #record: ConnectedRecord | undefined;
  #interruption: ContractError | undefined;
  /** Why there is no association any more; `ended`: the peer has said goodbye. */
  #end: ContractError | 'ended' | undefined;
  #resolve!: (established: Established) => void;
  #reject!: (error: ContractError) => void;

  constructor(peer: number, mtu: number, carrier: DatagramCarrier, hooks: ChannelHooks) {
    this.peer = peer;
    this.hooks = hooks;
    this.#mtu = mtu;
    this.#carrier = carrier;
    this.established = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.established.catch(() => {});
  }

  get hasBufferedData(): boolean {
    return !this.#inbox.isEmpty;
  }

  get remoteAddress(): string | undefined {
    return this.#record?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#record?.remotePort;
  }

  /** Native code has completed the handshake. */
  complete(record: ConnectedRecord): void {
    if (this.#end !== undefined) return;
    this.#record = record;
    this.#resolve({ cipher: record.cipher, resumed: record.resumed });
  }

  /** Native code has a message; the memory is shared. An empty one would look like the end. */
  deliver(message: Uint8Array): void {
    if (this.#end !== undefined || message.length === 0) return;
    this.#inbox.push(message);
    this.#receivers.serve();
  }

  /** Native code has lost the association. */
  endWith(failure: Failure): void {
    const inOrder = this.#record !== undefined && failure.cause === Cause.closeNotify;
    this.#finish(inOrder ? 'ended' : failureError(this.hooks.what, failure));
  }

  /** The transport reported an error, for something sent earlier: the next receive gets it, as from a UDP socket. */
  interrupt(error: ContractError): void {
    this.#interruption = error;
    this.#receivers.serve();
  }

  /** The transport is broken: nothing works any more. */
  fail(error: ContractError): void {
    if (this.#end !== undefined) return;
    this.#carrier.release(this.peer, false);
    this.#finish(error);
  }

  receive(buffer: Uint8Array, timeout: number): Promise<number> {
    if (buffer.length === 0) return Promise.resolve(0);
    return this.#receivers.receive(buffer, timeout);
  }

  async send(data: Uint8Array): Promise<void> {
    if (this.#end === 'ended') throw new ContractError('EPIPE', 'send: the peer has ended the connection');
    if (this.#end !== undefined) throw this.#end;
    const status = this.#carrier.seal(this.peer, data);
    if (status === Status.ok) return;
    if (status !== Status.tooLarge) throw statusError('send', status);
    throw tooLarge(data.length, this.#record?.innerMtu ?? 0);
  }

  innerMtu(backendMtu: number): number | undefined {
    if (this.#record === undefined) return undefined;
    const { innerMtu, cipher } = this.#record;
    return backendMtu >= this.#mtu ? innerMtu : Math.min(innerMtu, plaintextLimit(cipher, backendMtu));
  }

  abortReceivers(error: ContractError): void {
    this.#receivers.abort(error);
  }

  async close(closeNotify: boolean, error: ContractError): Promise<void> {
    this.#inbox.clear();
    if (this.#end === undefined) this.#carrier.release(this.peer, closeNotify);
    this.#finish(error);
    this.#receivers.abort(error);
  }

  #take(buffer: Uint8Array): number | ContractError | undefined {
    const message = this.#inbox.shift();
    if (message !== undefined) return fillWithMessage(buffer, message);
    const interruption = this.#interruption;
    this.#interruption = undefined;
    if (interruption !== undefined) return interruption;
    return this.#end === 'ended' ? 0 : this.#end;
  }

  #finish(end: ContractError | 'ended'): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#reject(
      end === 'ended' ? new ContractError('EPROTO', `${this.hooks.what}: the peer ended the handshake`) : end,
    );
    this.#receivers.serve();
  }
}

export function tooLarge(length: number, limit: number): ContractError {
  return new ContractError('EMSGSIZE', `send: ${length} bytes do not fit one datagram, at most ${limit} do`);
}
