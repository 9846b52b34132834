import { type NativeContext, type NativeReactor, native, type UdpBackend } from '../binding.js';
import { Endpoint, type EndpointOwner } from './endpoint.js';
import { EventReader } from './event-reader.js';

export interface EndpointSettings {
  backend: UdpBackend;
  /** Numeric. */
  address: string;
  port: number;
  /** Bits of `EndpointFlag`. */
  flags: number;
  receiveBufferSize: number;
  sendBufferSize: number;
  maxPeers: number;
  /** Of a socket with a single peer; undefined takes datagrams from everybody. */
  remote?: { address: string; port: number } | undefined;
  /** Undefined: nobody may connect to this endpoint. */
  serverContext?: NativeContext | undefined;
  counters: BigUint64Array;
  copyMessages: boolean;
}

/** Opens a UDP socket whose events go to `owner`. Throws what the system says, with `code`, `errno` and `syscall`. */
export function openEndpoint(settings: EndpointSettings, owner: EndpointOwner): Endpoint {
  reactor ??= new Reactor();
  return reactor.open(settings, owner);
}

/** The native reactor with its reader: one per Node environment, made when the first endpoint is opened. */
class Reactor {
  readonly #reader = new EventReader();
  readonly #native: NativeReactor = new native.Reactor(this.#reader.records, this.#reader.slab, (count) => {
    if (this.#reader.deliver(count)) this.#native.lendPayload(this.#reader.slab);
  });

  open(settings: EndpointSettings, owner: EndpointOwner): Endpoint {
    const number = this.#native.openEndpoint(
      settings.backend,
      settings.address,
      settings.port,
      settings.flags,
      settings.receiveBufferSize,
      settings.sendBufferSize,
      settings.maxPeers,
      settings.remote?.address ?? null,
      settings.remote?.port ?? 0,
      settings.serverContext ?? null,
      settings.counters,
    );
    const endpoint = new Endpoint(this.#native, number, owner, settings.copyMessages);
    this.#reader.add(endpoint);
    return endpoint;
  }
}

let reactor: Reactor | undefined;
