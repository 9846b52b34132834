import { EventEmitter } from 'node:events';
import { type InspectOptions, inspect } from 'node:util';
import { TlsError } from '../errors/tls-error.js';
import { createCounters, readCounters, type ServerCounters } from '../events/counters.js';
import { FaultInjector, noFaults } from '../faults/fault-injector.js';
import { invalidOption } from '../options/check.js';
import { resolveHost } from '../resolve-host.js';
import { inspected } from '../socket/inspection.js';
import { createSwarmDevice } from './device-factory.js';
import { Fleet } from './fleet.js';
import { checkLimits } from './limits.js';
import type { Member } from './member.js';
import type { SwarmDevice } from './swarm-device.js';
import './swarm-device.js'; // sets createSwarmDevice
import { parseSwarmOptions, type SwarmOptions, type SwarmSettings } from './swarm-options.js';

/** Events of a {@link Swarm} and what their listeners get. */
export interface SwarmEvents {
  /** A message of the server for a device. See the option `copyMessages` for what keeping it costs. */
  message: [device: SwarmDevice, message: Buffer];
  /** A connected device has lost its association: the server said goodbye, or `error` says why. Not after `close()` and `forget()`. */
  close: [device: SwarmDevice, error: TlsError | undefined];
  /** The sockets failed for good; the swarm closes. Only emitted when somebody listens. */
  error: [error: TlsError];
}

/**
 * Many simulated DTLS clients of one server, in native code: one engine, few sockets, one or two kilobytes for each device
 * that is connected. Linux only.
 *
 * @example
 * const swarm = new Swarm({
 *   host: '127.0.0.1', port: 5684, devices: 10_000, sourceAddresses: '127.0.0.0/8',
 *   psk: { identity: 'dev-%06d', key: '%032x' },
 * });
 * await swarm.open();
 * swarm.on('message', (device, message) => console.log(device.identity, message));
 * await swarm.device(0).connect();
 * swarm.device(0).send(Buffer.from('hello'));
 */
export class Swarm extends EventEmitter<SwarmEvents> {
  readonly #settings: SwarmSettings;
  readonly #counters = createCounters();
  readonly #fleet: Fleet;
  readonly #faults: FaultInjector | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #ended: () => void = () => {};
  /** As a listener of `'message'`, called before those; one call less for each message. */
  onMessage: ((device: SwarmDevice, message: Buffer) => void) | undefined = undefined;
  /** As a listener of `'close'`, called before those. */
  onClosed: ((device: SwarmDevice, error: TlsError | undefined) => void) | undefined = undefined;

  /**
   * Opens nothing yet. Throws a `TlsError` with `ERR_INVALID_OPTION`, `ERR_UNKNOWN_OPTION`, `ERR_UNKNOWN_CIPHER_SUITE`,
   * `ERR_INVALID_PSK`, or what the system says of `devicesFile`.
   */
  constructor(options: SwarmOptions) {
    super();
    this.#settings = parseSwarmOptions(options);
    const { faults } = this.#settings;
    this.#faults = faults && new FaultInjector(faults, 'swarm');
    this.#fleet = new Fleet(this.#settings, this.#counters, this.#faults, {
      message: (member, message) => {
        const device = this.#deviceOf(member);
        this.onMessage?.(device, message);
        this.emit('message', device, message);
      },
      closed: (member, error) => {
        const device = this.#deviceOf(member);
        this.onClosed?.(device, error);
        this.emit('close', device, error);
      },
      failed: (error) => {
        this.#closing ??= this.#end();
        if (this.listenerCount('error') > 0) this.emit('error', error);
      },
      ended: () => this.#ended(),
    });
  }

  /** How many devices there are. */
  get size(): number {
    return this.#settings.devices;
  }

  /** Throws `ERR_INVALID_OPTION` for an index that is none of 0 to `size - 1`. */
  device(index: number): SwarmDevice {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw invalidOption('index', index, `an integer from 0 to ${this.size - 1}`);
    }
    return this.#deviceOf(this.#fleet.member(index));
  }

  /** What all devices have seen and done: the counters of a server, from the side of its clients. */
  counters(): Readonly<ServerCounters> {
    return readCounters(this.#counters);
  }

  /** The bad network that the option `faults` has made: each device is a peer. Throws `ERR_NO_FAULTS` without it. */
  get faults(): FaultInjector {
    if (this.#faults === undefined) throw noFaults('the swarm');
    return this.#faults;
  }

  /**
   * Looks the server up and opens the sockets; nothing is sent. Rejects with `ERR_TOO_MANY_DEVICES` before anything is
   * opened when the limit of open files or the number of ports does not allow them, with `EADDRNOTAVAIL` for
   * `sourceAddresses` of another machine, `ENOTFOUND`, `ENOTSUP` where the system is not Linux, `ERR_CLOSED` after `close()`.
   */
  open(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new TlsError('ERR_CLOSED', 'open: the swarm is closed'));
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined; // another attempt may have more luck
      throw error;
    });
    return this.#opening;
  }

  /** Every device says goodbye, the sockets close. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** For `console.log`: the target and numbers; never a key. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const { host, port } = this.#settings;
    const { peers, peersHandshaking } = this.counters();
    return inspected('Swarm', { host, port, devices: this.size, connected: peers - peersHandshaking }, depth, options);
  }

  async #open(): Promise<void> {
    const { host, pool } = this.#settings;
    checkLimits(this.#settings);
    const remote = await resolveHost(host, pool?.family ?? 0);
    if (this.#closing !== undefined) throw new TlsError('ERR_CLOSED', 'open: the swarm was closed meanwhile');
    if (pool !== undefined && pool.family !== remote.family) {
      throw invalidOption('sourceAddresses', pool.text, `IPv${remote.family} addresses, as host ${host} is one`);
    }
    this.#fleet.open(remote);
  }

  async #close(): Promise<void> {
    // At once where it can be: no message follows.
    if (!this.#fleet.isOpen) await this.#opening?.catch(() => {});
    if (!this.#fleet.isOpen) return;
    const ended = this.#end();
    this.#fleet.close();
    await ended;
  }

  #end(): Promise<void> {
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  #deviceOf(member: Member): SwarmDevice {
    member.face ??= createSwarmDevice(this.#fleet, member);
    return member.face;
  }
}
