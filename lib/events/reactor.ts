import {
  type NativeContext,
  type NativeEndpointSettings,
  type NativeReactor,
  native,
  type UdpBackend,
} from '../binding.js';
import type { FaultInjector } from '../faults/fault-injector.js';
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
  /** Default: without limits. */
  admission?: AdmissionSettings | undefined;
  /** Of a bound socket to adopt, whose address is `address`; undefined makes one. */
  descriptor?: number | undefined;
  /** Of a socket with a single peer; undefined takes datagrams from everybody. */
  remote?: { address: string; port: number } | undefined;
  /** Undefined: nobody may connect to this endpoint. */
  serverContext?: NativeContext | undefined;
  counters: BigUint64Array;
  copyMessages: boolean;
  /** 0..63, default 0: the system's. */
  dscp?: number | undefined;
  /** 0..7, default 0: the system's. */
  priority?: number | undefined;
  /** Default '': any. */
  interfaceName?: string | undefined;
  /** Default false. */
  transparent?: boolean | undefined;
  /** Default: none. It belongs to the endpoint from then on. */
  faults?: FaultInjector | undefined;
}

/** Opens a UDP socket whose events go to `owner`. Throws what the system says, with `code`, `errno` and `syscall`. */
export function openEndpoint(settings: EndpointSettings, owner: EndpointOwner): Endpoint {
  reactor ??= new Reactor();
  return reactor.open(settings, owner);
}

export interface ScriptEndpointSettings {
  maxPeers: number;
  /** Bytes that the way adds to each datagram: for the MTU of path and link. */
  ipOverhead: number;
  counters: BigUint64Array;
  copyMessages: boolean;
}

/**
 * Opens an endpoint without a socket: datagrams come in by `native.injectDatagram`, and go out to the owner's
 * `datagramOut`.
 */
export function openScriptEndpoint(settings: ScriptEndpointSettings, owner: EndpointOwner): Endpoint {
  reactor ??= new Reactor();
  return reactor.openScript(settings, owner);
}

export interface FleetEndpointSettings {
  /** The server. */
  remote: { address: string; port: number };
  family: 4 | 6;
  sockets: number;
  /** Undefined: the system chooses, and each socket is of one device. */
  pool: { first: string; size: number } | undefined;
  maxPeers: number;
  counters: BigUint64Array;
  copyMessages: boolean;
  /** Default: none. It belongs to the endpoint from then on. */
  faults?: FaultInjector | undefined;
}

/** Opens the sockets of many devices that speak to one server. Throws as {@link openEndpoint}. */
export function openFleetEndpoint(settings: FleetEndpointSettings, owner: EndpointOwner): Endpoint {
  reactor ??= new Reactor();
  return reactor.openFleet(settings, owner);
}

/** How many clients there may be, and how long they may be silent. 0 everywhere: no limit. */
export type AdmissionSettings = Pick<
  NativeEndpointSettings,
  'maxHandshakes' | 'maxPeersPerAddress' | 'maxHandshakesPerAddress' | 'idleTimeoutMillis' | 'evictAfterMillis'
>;

const unlimited: AdmissionSettings = Object.freeze({
  maxHandshakes: 0,
  maxPeersPerAddress: 0,
  maxHandshakesPerAddress: 0,
  idleTimeoutMillis: 0,
  evictAfterMillis: 0,
});

/** The native reactor with its reader: one per Node environment, made when the first endpoint is opened. */
class Reactor {
  readonly #reader = new EventReader();
  readonly #native: NativeReactor = new native.Reactor(this.#reader.records, this.#reader.slab, (count) => {
    if (this.#reader.deliver(count)) this.#native.lendPayload(this.#reader.slab);
  });

  open(settings: EndpointSettings, owner: EndpointOwner): Endpoint {
    return this.#add(this.#native.openEndpoint(nativeSettings(settings)), owner, settings);
  }

  openFleet(settings: FleetEndpointSettings, owner: EndpointOwner): Endpoint {
    const { remote, family, sockets, pool, maxPeers, counters, copyMessages } = settings;
    const number = this.#native.openFleetEndpoint({
      ...nativeSettings({
        ...{ remote, maxPeers, counters, copyMessages, backend: 'auto', flags: 0, port: 0 },
        address: family === 6 ? '::' : '0.0.0.0',
        receiveBufferSize: 0,
        sendBufferSize: 0,
      }),
      sockets,
      firstSource: pool?.first ?? null,
      sources: pool?.size ?? 0,
    });
    return this.#add(number, owner, settings);
  }

  openScript({ maxPeers, ipOverhead, counters, copyMessages }: ScriptEndpointSettings, owner: EndpointOwner): Endpoint {
    return this.#add(this.#native.openScriptEndpoint(maxPeers, ipOverhead, counters), owner, { copyMessages });
  }

  #add(number: number, owner: EndpointOwner, settings: Pick<EndpointSettings, 'copyMessages' | 'faults'>): Endpoint {
    const endpoint = new Endpoint(this.#native, number, owner, settings.copyMessages);
    this.#reader.add(endpoint);
    settings.faults?.attach(endpoint);
    return endpoint;
  }
}

function nativeSettings(settings: EndpointSettings): NativeEndpointSettings {
  return {
    backend: settings.backend,
    address: settings.address,
    port: settings.port,
    flags: settings.flags,
    receiveBufferSize: settings.receiveBufferSize,
    sendBufferSize: settings.sendBufferSize,
    maxPeers: settings.maxPeers,
    ...(settings.admission ?? unlimited),
    descriptor: settings.descriptor ?? null,
    remoteAddress: settings.remote?.address ?? null,
    remotePort: settings.remote?.port ?? 0,
    context: settings.serverContext ?? null,
    counters: settings.counters,
    dscp: settings.dscp ?? 0,
    priority: settings.priority ?? 0,
    interfaceName: settings.interfaceName ?? '',
    transparent: settings.transparent ?? false,
  };
}

let reactor: Reactor | undefined;
