import type { ClientParameters, NativeContext } from '../../binding.js';
import { createCounters } from '../../events/counters.js';
import { openScriptEndpoint } from '../../events/reactor.js';
import { checkReceived, type NetBackend } from '../backends/net-backend.js';
import { DEFAULT_MTU } from '../config/mtu.js';
import { startDeadline } from '../deadline.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { Associations } from './associations.js';
import type { Channel, ChannelHooks, Established } from './channel.js';
import { type DatagramChannel, tooLarge } from './datagram-channel.js';
import { leavesInTime } from './goodbye.js';
import { Turns } from './turns.js';

/** Stands for the other end of a backend: native code wants an address, a backend need not have one. */
const PEER = { address: '127.0.0.1', port: 1 };

/** RFC 6347 section 4.1: content type of protected data. */
const APPLICATION_DATA = 23;

export interface ScriptCarrierOptions {
  readonly backend: NetBackend;
  readonly context: NativeContext;
  /** Null for a server's side. */
  readonly parameters: ClientParameters | null;
  /** Of a server's side, milliseconds. */
  readonly handshakeTimeout: number;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: ContractError) => void;
}

/**
 * DTLS over a datagram backend that is written in JavaScript: takes messages from it into a native endpoint without a
 * socket, and gives it what that sends, one after the other.
 */
export class ScriptCarrier implements Channel {
  readonly established: Promise<Established>;
  readonly #backend: NetBackend;
  readonly #hooks: ChannelHooks;
  readonly #associations: Associations;
  #channel: DatagramChannel | undefined;
  #over = false;
  #sending = Promise.resolve();
  /** Calls of `send` whose datagram the backend has not taken yet, in order. */
  readonly #unsent: Waiter[] = [];
  /** Those whose datagram it has, but is not done with. */
  readonly #inFlight = new Set<Waiter>();
  #traffic = { sent: 0, received: 0 };
  #fail!: (error: ContractError) => void;

  constructor({ backend, context, parameters, handshakeTimeout }: ScriptCarrierOptions, hooks: ChannelHooks) {
    this.#backend = backend;
    this.#hooks = hooks;
    const settings = { maxPeers: 1, ipOverhead: 0, counters: createCounters(), copyMessages: false };
    this.#associations = new Associations(
      (owner) => openScriptEndpoint(settings, owner),
      (datagram) => this.#sendOut(datagram),
    );
    let succeed!: (established: Established) => void;
    this.established = new Promise((resolve, reject) => {
      succeed = resolve;
      this.#fail = reject;
    });
    this.established.catch(() => {});
    if (parameters === null) this.#awaitClient(context, handshakeTimeout, succeed);
    else this.#connect(context, parameters, succeed);
    void this.#pump();
  }

  get bytesSent(): number {
    return this.#traffic.sent;
  }

  get bytesReceived(): number {
    return this.#traffic.received;
  }

  get hasBufferedData(): boolean {
    return this.#channel?.hasBufferedData ?? false;
  }

  receive(buffer: Uint8Array, timeout: number): Promise<number> {
    return this.#channel?.receive(buffer, timeout) ?? Promise.reject(new ContractError('EBADF', 'receive: no peer'));
  }

  /** Resolves when the backend has taken the datagram, and rejects with what that says. */
  async send(data: Uint8Array): Promise<void> {
    if (this.#channel === undefined) throw new ContractError('EBADF', 'send: no peer');
    const limit = this.#channel.innerMtu(this.#backend.innerMtu ?? DEFAULT_MTU) ?? 0;
    if (data.length > limit) throw tooLarge(data.length, limit);
    await this.#channel.send(data);
    await new Promise<void>((resolve, reject) => this.#unsent.push({ resolve, reject }));
  }

  innerMtu(backendMtu: number): number | undefined {
    return this.#channel?.innerMtu(backendMtu);
  }

  abortReceivers(error: ContractError): void {
    this.#channel?.abortReceivers(error);
  }

  async close(closeNotify: boolean, error: ContractError): Promise<void> {
    await this.#channel?.close(closeNotify, error);
    this.#fail(error);
    await this.#associations.abandon();
    await leavesInTime(this.#sending);
    this.#over = true;
    for (const { reject } of [...this.#unsent.splice(0), ...this.#inFlight]) reject(error);
  }

  #connect(context: NativeContext, parameters: ClientParameters, succeed: (established: Established) => void): void {
    try {
      this.#channel = this.#associations.connect(PEER, context, parameters, this.#hooks);
      this.#channel.established.then(succeed, this.#fail);
    } catch (error) {
      this.#fail(toContractError(this.#hooks.what, error));
    }
  }

  #awaitClient(context: NativeContext, timeout: number, succeed: (established: Established) => void): void {
    const what = this.#hooks.what;
    const cancelDeadline = startDeadline(timeout, () => {
      this.#fail(new ContractError('ETIMEDOUT', `${what}: no handshake within ${timeout} ms`));
    });
    void this.established.then(cancelDeadline, cancelDeadline);
    const accepted = (channel: DatagramChannel) => {
      this.#channel = channel;
      this.#associations.stopListening();
      channel.established.then(succeed, this.#fail);
    };
    this.#associations.listen(context, { accepted, failed: this.#fail }, this.#hooks);
  }

  async #pump(): Promise<void> {
    const { native, number } = this.#associations.endpoint;
    const turns = new Turns();
    try {
      while (!this.#over) {
        const message = checkReceived(await this.#backend.receive());
        if (this.#over || this.#associations.endpoint.closing) return;
        if (message === null) throw new ContractError('ECONNRESET', `${this.#hooks.what}: the backend has ended`);
        this.#traffic.received += message.length;
        native.injectDatagram(number, PEER.address, PEER.port, message);
        await turns.next();
      }
    } catch (error) {
      if (!this.#over) this.#break(toContractError(this.#hooks.what, error));
    }
  }

  /** A view: it is copied before anything else happens. */
  #sendOut(datagram: Buffer): void {
    const message = Uint8Array.from(datagram);
    const waiter = message[0] === APPLICATION_DATA ? this.#unsent.shift() : undefined;
    if (waiter !== undefined) this.#inFlight.add(waiter);
    this.#traffic.sent += message.length;
    this.#sending = this.#sending
      .then(() => this.#backend.send(message))
      .then(
        () => waiter?.resolve(),
        (error) => this.#onSendFailed(toContractError('send', error), waiter),
      )
      .then(() => {
        if (waiter !== undefined) this.#inFlight.delete(waiter);
      });
  }

  /** Fatal for a handshake only: afterwards it is one message that is lost. */
  #onSendFailed(error: ContractError, waiter: Waiter | undefined): void {
    if (waiter !== undefined) waiter.reject(error);
    this.#fail(error);
  }

  #break(error: ContractError): void {
    this.#channel?.fail(error);
    this.#fail(error);
  }
}
