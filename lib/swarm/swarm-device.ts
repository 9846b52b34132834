import type { Address } from '../binding.js';
import { setSwarmDeviceFactory } from './device-factory.js';
import type { Fleet } from './fleet.js';
import { type Member, MemberState } from './member.js';

/** `'connecting'`: a handshake is under way. */
export type DeviceState = 'idle' | 'connecting' | 'connected';

const stateNames: Readonly<Record<number, DeviceState>> = {
  [MemberState.idle]: 'idle',
  [MemberState.connecting]: 'connecting',
  [MemberState.connected]: 'connected',
};

/** One simulated device of a `Swarm`: got by `swarm.device(index)`, always the same object, never by `new`. */
export class SwarmDevice {
  readonly #fleet: Fleet;
  readonly #member: Member;
  /** Yours. */
  context: unknown = undefined;

  static {
    setSwarmDeviceFactory((fleet, member) => new SwarmDevice(fleet, member));
  }

  private constructor(fleet: Fleet, member: Member) {
    this.#fleet = fleet;
    this.#member = member;
  }

  /** 0 to `swarm.size - 1`. */
  get index(): number {
    return this.#member.index;
  }

  /** PSK identity; empty without one. */
  get identity(): string {
    return this.#fleet.identityOf(this.#member);
  }

  /** LwM2M endpoint name, see the option `endpoint`. */
  get endpoint(): string {
    return this.#fleet.endpointOf(this.#member);
  }

  /** Where it stands now. */
  get state(): DeviceState {
    return stateNames[this.#member.state] as DeviceState;
  }

  /** Whether the last handshake continued an earlier session. */
  get resumed(): boolean {
    return this.#member.resumed;
  }

  /** Whether there is a session to resume. */
  get hasSession(): boolean {
    return this.#member.session !== undefined;
  }

  /** Throws `ERR_CLOSED` before `open()` and after `close()`. */
  get localAddress(): string {
    return this.#local.address;
  }

  /** The same. */
  get localPort(): number {
    return this.#local.port;
  }

  /**
   * A handshake with the server, from where the device is. With `resume` (the default is true) the kept session is offered,
   * if there is one; `resumed` tells what came of it. Rejects with a `TlsError` as `connect()` of this package:
   * `ECONNREFUSED` at once when the network says that nobody listens, `ETIMEDOUT`, `ERR_ALERT_RECEIVED`,
   * `ERR_CERTIFICATE_VERIFY`, `ERR_INVALID_CERTIFICATE`, `ERR_INVALID_PSK`; with `ERR_ALREADY_CONNECTED` when the device is
   * not idle, with `ERR_CLOSED` when it is closed meanwhile or the swarm is not open.
   */
  connect(options: { resume?: boolean } = {}): Promise<void> {
    return this.#fleet.connect(this.#member, options.resume !== false);
  }

  /**
   * Sends one message, which is encrypted before this returns. One that is lost is lost, as with UDP. Throws `EMSGSIZE` for
   * one that does not fit a datagram, `ERR_CLOSED` when the device is not connected.
   */
  send(message: Uint8Array): void {
    this.#fleet.send(this.#member, message);
  }

  /** Leaves with close_notify; a pending `connect()` rejects. Nothing when it is idle. */
  close(): void {
    this.#fleet.leave(this.#member, true);
  }

  /** Loses its association without a word, as in a reboot: it can connect again, from the same address and port. */
  forget(): void {
    this.#fleet.leave(this.#member, false);
  }

  /** The next handshake is a full one. */
  forgetSession(): void {
    this.#member.session = undefined;
  }

  /**
   * Sends from another address or port from now on, as behind a NAT that has forgotten it; its association goes on, but the
   * server does not know it there. What is sent to where it was is lost. Throws `ERR_CLOSED` when the swarm is not open,
   * `EADDRNOTAVAIL` when no address of `sourceAddresses` is left.
   */
  rebind(): void {
    this.#fleet.rebind(this.#member);
  }

  get #local(): Address {
    return this.#fleet.addressOf(this.#member);
  }
}
