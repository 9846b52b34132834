import { type Address, EndpointFlag, type NativeUdpPort, native } from '../binding.js';
import type { ListenSettings } from '../options/listen-options.js';
import { listenError, openAtAddress } from '../server/listen-address.js';

/**
 * The sockets of a group, all on one port. They are opened here, in order, and stay open while a worker is replaced: the
 * kernel chooses by position, so that whatever leaves or joins moves the peers of all the others.
 */
export class GroupSockets {
  readonly address: Readonly<Address>;
  readonly #ports: NativeUdpPort[] = [];

  /** Throws what the system says, with nothing left open. `address` as in `openAtAddress()`. */
  constructor(count: number, address: string | undefined, settings: ListenSettings) {
    const first = openAtAddress(address, settings.flags, (it) => openPort(it, settings));
    this.#ports.push(first);
    this.address = Object.freeze(first.address());
    const { address: ip, port } = this.address;
    const flags = (settings.flags & ~EndpointFlag.shareOnceBound) | EndpointFlag.reusePort;
    try {
      while (this.#ports.length < count) this.#ports.push(openPort(ip, { ...settings, port, flags }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  descriptor(index: number): number {
    return this.#ports[index]?.descriptor ?? -1;
  }

  /** The others take over what came to this one. */
  closeOne(index: number): void {
    this.#ports[index]?.close();
  }

  /** Idempotent. The port is free once no worker has a descriptor of its own any more. */
  close(): void {
    for (const port of this.#ports) port.close();
  }
}

function openPort(address: string, { port, flags, receiveBufferSize, sendBufferSize }: ListenSettings): NativeUdpPort {
  try {
    return new native.UdpPort({
      address,
      port,
      flags,
      receiveBufferSize,
      sendBufferSize,
      dscp: 0,
      priority: 0,
      interfaceName: '',
      transparent: false,
    });
  } catch (error) {
    throw listenError(address, port, error);
  }
}
