import type { NativeContext, TlsaRecord } from '../../binding.js';
import { ownBackend } from '../backends/create-backend.js';
import type { NetBackend } from '../backends/net-backend.js';
import { TcpBackend } from '../backends/tcp-backend.js';
import { UdpBackend } from '../backends/udp-backend.js';
import type { Channel } from '../channel/channel.js';
import { openChannel } from '../channel/open-channel.js';
import type { Configuration } from '../config/configuration.js';
import type { DtlsHandshakeTimeouts } from '../config/handshake-timeouts.js';
import { ContractError } from '../errors/contract-error.js';
import { toContractError } from '../errors/convert.js';
import { SocketState, stateName } from '../socket-state.js';
import { Contexts } from './contexts.js';
import { type ClientHandshake, prepareHandshake } from './handshake.js';
import { Operation } from './operation.js';
import type { OptionHolder } from './option-table.js';

const DEFAULT_RECV_TIMEOUT = 30_000;

/** The state behind a `NetSocket`: one backend, and at most one channel over it. */
export class SocketCore implements OptionHolder {
  readonly configuration: Configuration;
  recvTimeout = DEFAULT_RECV_TIMEOUT;
  tlsa: readonly TlsaRecord[] = [];
  timeouts: Readonly<DtlsHandshakeTimeouts>;
  #backend: NetBackend;
  /** What the socket goes back to when a client that it accepted is closed. */
  #ownBackend: NetBackend;
  #channel: Channel | undefined;
  #resumed = false;
  readonly #contexts: Contexts;
  /** The operation that changes what is open, while there is one. */
  #operation: Operation | undefined;
  #closing: Promise<void> | undefined;
  #cleaned = false;

  /** Throws for credentials that libssl does not take. */
  constructor(configuration: Configuration) {
    this.configuration = configuration;
    this.timeouts = configuration.handshakeTimeouts;
    this.#contexts = new Contexts(configuration);
    this.#ownBackend = ownBackend(configuration.transport, configuration.backend);
    this.#backend = this.#ownBackend;
  }

  get backend(): NetBackend {
    return this.#backend;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  get resumed(): boolean {
    return this.#resumed;
  }

  get state(): SocketState {
    return this.#closing !== undefined || this.#cleaned ? SocketState.closed : this.#backend.state;
  }

  /** The channel, once data can be exchanged over it. */
  get readyChannel(): Channel | undefined {
    const communicates = this.state === SocketState.connected || this.state === SocketState.accepted;
    return communicates && this.#operation === undefined ? this.#channel : undefined;
  }

  connect(host: string, port: number): Promise<void> {
    const what = `connect to ${host} port ${port}`;
    return this.#exclusively(what, async (operation) => {
      this.#requireState(what, 'EISCONN', this.#isConnectable());
      if (this.#backend.connect === undefined) throw notSupported('connect');
      this.#requireSuites(what);
      this.#checkTlsaRecords(what);
      this.#resumed = false;
      await operation.race(this.#backend.connect(host, port));
      await this.#closeOnFailure(() => this.#handshakeAsClient(what, host, operation, false));
    });
  }

  decorate(backend: NetBackend): Promise<void> {
    return this.#exclusively('decorate', async (operation) => {
      this.#requireState('decorate', 'EISCONN', this.#channel === undefined);
      const { state } = backend;
      if (backend.type !== this.configuration.transport) {
        const expected = this.configuration.transport;
        throw new ContractError('EINVAL', `decorate: a ${expected} backend is needed, not a ${backend.type} one`);
      }
      const before = this.#backend;
      const begins = state === SocketState.connected || state === SocketState.accepted;
      if (begins) this.#requireSuites('decorate');
      this.#backend = backend;
      try {
        if (state === SocketState.connected) {
          this.#resumed = false;
          await this.#handshakeAsClient('decorate', backend.remoteHostname, operation, true);
        } else if (state === SocketState.accepted) {
          await this.#handshakeAsServer('decorate', operation, true);
        }
      } catch (error) {
        this.#backend = before;
        throw error;
      }
      this.#ownBackend = backend;
      await release(before).catch(() => {});
    });
  }

  bind(address: string | null, port: number): Promise<void> {
    return this.#exclusively('bind', async (operation) => {
      this.#requireState('bind', 'EISCONN', this.state === SocketState.closed);
      if (this.#backend.bind === undefined) throw notSupported('bind');
      await operation.race(this.#backend.bind(address, port));
    });
  }

  /** Waits for a client of ours, and makes `client` its socket. */
  accept(client: SocketCore): Promise<void> {
    const server = this.#backend;
    const bound = this.state === SocketState.bound;
    const sameKind = client.configuration.transport === this.configuration.transport && client !== this;
    if (!sameKind)
      return Promise.reject(new ContractError('EINVAL', 'accept: the client must be a socket of our kind'));
    if (!bound) return Promise.reject(wrongState('accept', 'ENETDOWN', this.state));
    return client.#exclusively('accept', async (operation) => {
      client.#requireState('accept', 'EISCONN', client.state === SocketState.closed);
      this.#requireSuites('accept');
      if (server instanceof UdpBackend) {
        const hooks = { what: 'accept', session: () => {} };
        const accepted = server.accept(() => this.#contexts.server, this.recvTimeout, hooks);
        const { backend, channel } = await operation.race(accepted, (late) => turnAway(late.channel));
        client.#adopt(backend, channel);
      } else if (server instanceof TcpBackend) {
        client.#backend = await operation.race(server.accept(this.recvTimeout), release);
        await client.#closeOnFailure(() => client.#handshakeAsServer('accept', operation, false, this));
      } else {
        throw notSupported('accept');
      }
    });
  }

  /** Also ends what waits for an earlier close to be done. */
  close(): Promise<void> {
    this.#operation?.cancel(closedError());
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined;
    });
    return this.#closing;
  }

  async shutdown(): Promise<void> {
    if (this.state === SocketState.closed) throw wrongState('shutdown', 'EBADF', this.state);
    if (this.#backend.shutdown === undefined) throw notSupported('shutdown');
    const error = new ContractError('ECONNABORTED', 'the socket was shut down');
    this.#operation?.cancel(error);
    if (this.configuration.transport === 'datagram') this.#channel?.abortReceivers(error);
    try {
      await this.#backend.shutdown();
    } catch (cause) {
      throw toContractError('shutdown', cause);
    }
  }

  async cleanup(): Promise<void> {
    if (this.#cleaned) return;
    const closed = this.close();
    this.#cleaned = true;
    await closed;
    await this.#ownBackend.cleanup?.();
    this.#contexts.wipe();
  }

  #isConnectable(): boolean {
    const { state } = this;
    const mayBeBound = this.configuration.transport === 'datagram' && this.#channel === undefined;
    return state === SocketState.closed || (state === SocketState.bound && mayBeBound);
  }

  async #handshakeAsClient(
    what: string,
    host: string | undefined,
    operation: Operation,
    borrowed: boolean,
  ): Promise<void> {
    const handshake = prepareHandshake(this.configuration, this, this.#backend, host);
    try {
      await this.#handshake(handshake, this.#contexts.client, what, operation, borrowed);
    } catch (error) {
      handshake.dropSession();
      throw error;
    }
  }

  /** With the credentials of `server`, which are our own when a backend that was accepted elsewhere is decorated. */
  async #handshakeAsServer(what: string, operation: Operation, borrowed: boolean, server: SocketCore = this) {
    await this.#handshake(undefined, server.#contexts.server, what, operation, borrowed);
  }

  async #handshake(
    client: ClientHandshake | undefined,
    context: NativeContext,
    what: string,
    operation: Operation,
    borrowed: boolean,
  ): Promise<void> {
    const backend = this.#backend;
    const handshakeTimeout = this.recvTimeout > 0 ? this.recvTimeout : DEFAULT_RECV_TIMEOUT;
    const channel = openChannel(
      { backend, context, parameters: client?.parameters ?? null, handshakeTimeout, borrowed },
      { what, session: (der) => client?.saveSession(der) },
    );
    this.#channel = channel;
    try {
      const { resumed } = await operation.race(channel.established);
      this.#resumed = resumed;
    } catch (error) {
      this.#channel = undefined;
      await channel.close(false, toContractError(what, error));
      throw error;
    }
  }

  async #closeOnFailure(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#closeBackend();
      throw error;
    }
  }

  #adopt(backend: NetBackend, channel: Channel): void {
    this.#backend = backend;
    this.#channel = channel;
  }

  /** Enforced DANE with records that are all unusable ends before a TCP connection is made. */
  #checkTlsaRecords(what: string): void {
    const { transport, security } = this.configuration;
    const enforced = security.mode === 'certificate' && security.dane && security.verify;
    if (transport === 'datagram' || !enforced || this.tlsa.length === 0) return;
    this.#contexts.tryStream(what, prepareHandshake(this.configuration, this, this.#backend, 'localhost').parameters);
  }

  /** One at a time: a second one finds the socket in use. */
  async #exclusively(what: string, step: (operation: Operation) => Promise<void>): Promise<void> {
    if (this.#cleaned) throw new ContractError('EBADF', `${what}: the socket was cleaned up`);
    if (this.#operation !== undefined) {
      throw new ContractError('EISCONN', `${what}: another operation that opens the socket is under way`);
    }
    const operation = new Operation();
    this.#operation = operation;
    try {
      if (this.#closing !== undefined) await operation.race(this.#closing);
      await step(operation);
    } catch (error) {
      throw toContractError(what, error);
    } finally {
      this.#operation = undefined;
      operation.finish();
    }
  }

  async #close(): Promise<void> {
    const channel = this.#channel;
    const operation = this.#operation;
    const says = this.readyChannel !== undefined;
    this.#channel = undefined;
    await channel?.close(says, closedError());
    await operation?.over;
    await this.#closeBackend();
  }

  async #closeBackend(): Promise<void> {
    const backend = this.#backend;
    this.#backend = this.#ownBackend;
    await backend.close();
    if (backend !== this.#ownBackend) await backend.cleanup?.();
  }

  #requireSuites(what: string): void {
    if (this.configuration.suites.ids.length > 0) return;
    throw new ContractError('EPROTO', `${what}: no ciphersuite is left that fits the mode and the version`);
  }

  #requireState(what: string, code: string, holds: boolean): void {
    if (!holds) throw wrongState(what, code, this.state);
  }
}

function turnAway(channel: Channel): void {
  void channel.close(true, closedError());
}

async function release(backend: NetBackend): Promise<void> {
  await backend.close();
  await backend.cleanup?.();
}

function closedError(): ContractError {
  return new ContractError('ECONNABORTED', 'the socket was closed');
}

function wrongState(what: string, code: string, state: SocketState): ContractError {
  return new ContractError(code, `${what}: the socket is ${stateName(state)}`);
}

function notSupported(what: string): ContractError {
  return new ContractError('ENOTSUP', `${what}: the backend does not support it`);
}
