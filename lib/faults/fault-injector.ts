import { systemError } from '../errors/system-error.js';
import { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import { FaultCounterMemory, type FaultCounters } from './fault-counters.js';
import type { FaultOptions } from './fault-options.js';
import { type FaultRole, type FaultSettings, parseFaults, parseLocalAddress } from './parse-faults.js';

/**
 * The bad network of one socket or server, while it is in use: what the option `faults` has made. A test feature.
 *
 * @example
 * const socket = await connect({ ...target, faults: {} });
 * socket.faults.set({ send: [{ fault: 'lose', nth: 3 }] });
 */
export class FaultInjector {
  readonly #role: FaultRole;
  readonly #memory = new FaultCounterMemory();
  #settings: FaultSettings;
  #endpoint: Endpoint | undefined;

  /** @internal */
  constructor(settings: FaultSettings, role: FaultRole) {
    this.#settings = settings;
    this.#role = role;
  }

  /** What the random numbers follow from; see `FaultOptions`. */
  get seed(): number {
    return this.#settings.seed;
  }

  /** A snapshot; of the last moment when the socket is closed. */
  counters(): Readonly<FaultCounters> {
    return this.#memory.read();
  }

  /**
   * Replaces all rules. Their times, counts and random numbers begin anew, with the seed that is given or the one before;
   * what waits already goes on waiting. A direction without rules is a good one. Throws `ERR_INVALID_OPTION`,
   * `ERR_UNKNOWN_OPTION`, `ERR_CLOSED`.
   */
  set(faults: FaultOptions): void {
    const settings = parseFaults(faults, this.#role);
    if (this.#endpoint?.closing) throw closed('set');
    this.#settings = faults.seed === undefined ? { ...settings, seed: this.seed } : settings;
    this.#apply();
  }

  /** No faults from now on; what waits already still arrives late. Throws `ERR_CLOSED`. */
  clear(): void {
    this.set({});
  }

  /**
   * Clients: the socket goes on from another port, and from `localAddress` when one is given, as behind a NAT that has
   * forgotten it; `localPort` of the socket tells. The server does not know the new address: it keeps silent, until a new
   * handshake. What was under way to the old port is lost. Throws `ENOTSUP` for servers and swarms, `ERR_INVALID_OPTION`, `ERR_CLOSED`;
   * `EADDRNOTAVAIL` or what else the system says, and the socket stays where it is. `bind(2)`.
   */
  rebind(localAddress?: string): void {
    if (this.#role !== 'client') throw new TlsError('ENOTSUP', `rebind: ${notMovable[this.#role]}`);
    const address = parseLocalAddress(localAddress, 'localAddress');
    if (this.#endpoint === undefined || this.#endpoint.closing) throw closed('rebind');
    const { native, number } = this.#endpoint;
    try {
      native.rebindEndpoint(number, address);
    } catch (error) {
      throw systemError(`rebind to ${address ?? 'another port'}`, error);
    }
  }

  /** @internal From now on they are those of this endpoint. */
  attach(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    endpoint.faults = this;
    this.#apply();
  }

  #apply(): void {
    const { seed, send, receive } = this.#settings;
    this.#memory.renew(send.length, receive.length);
    const { directions: counters, rules: ruleCounters } = this.#memory;
    if (this.#endpoint === undefined) return;
    this.#endpoint.native.setFaults(this.#endpoint.number, { seed, send, receive, counters, ruleCounters });
  }
}

const notMovable = {
  server: 'a server cannot leave the port that its clients know',
  swarm: 'the devices of a swarm move one by one: call rebind() of a device',
};

/** What `faults` of a server or socket throws without the option. */
export function noFaults(what: string): TlsError {
  return new TlsError(
    'ERR_NO_FAULTS',
    `faults: ${what} was made without the option 'faults'; faults: {} prepares for them`,
  );
}

function closed(what: string): TlsError {
  return new TlsError('ERR_CLOSED', `faults.${what}: the socket is closed`);
}
