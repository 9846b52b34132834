import type { FaultOptions } from '../index.js';
import type { StepOptions } from './step-schema.js';

/**
 * What a fleet of simulated devices does, as data: from TypeScript, a JSON or a YAML file. Names that do not exist are
 * refused with `ERR_UNKNOWN_OPTION`, values that cannot be used with `ERR_INVALID_OPTION`; both say where.
 *
 * @example
 * { name: 'storm', devices: 1000, sessions: 'ticket', setup: ['handshake', 'close'],
 *   steps: ['resume', 'register', 'close'], load: { arrivalRate: 500, distribution: 'poisson' } }
 */
export interface ScenarioOptions {
  /** What the result is called. 1 to 100 characters, required. */
  name: string;
  /** One sentence for people. Default: none. */
  description?: string | undefined;
  /** Number of devices. Integer 1..1000000, default 100, or all of `devicesFile`. */
  devices?: number | undefined;
  /**
   * Identity and key of each device: patterns with one `%d` or `%x`, or with a width as in `%06d` and `%032x`, where the
   * number of the device goes, 0 the first. The key is hexadecimal; one without a pattern is that of all devices. Default
   * `dev-%06d` with the key `%032x`, unless `certificates` or `devicesFile` says otherwise.
   */
  psk?: { identity: string; key: string } | undefined;
  /** Files with certificate and private key of each device, PEM or DER; patterns as in `psk`. Default: none. */
  certificates?: { cert: string; key: string } | undefined;
  /**
   * CSV or JSON file with a device per line or element: `endpoint`, `identity`, `key` (hexadecimal), or `cert` and `key`
   * (files). Default: none.
   */
  devicesFile?: string | undefined;
  /** Pattern of the LwM2M endpoint names. Default: the identity. */
  endpoint?: string | undefined;
  /** File with the authorities that may have signed the target's certificate, PEM or DER. Default: the system's. */
  ca?: string | undefined;
  /** Name to ask the target for, and to find in its certificate. Default: the host. */
  servername?: string | undefined;
  /** Whether the target's certificate is verified. Default true. */
  rejectUnauthorized?: boolean | undefined;
  /** Names or IANA numbers, as the option of the same name of `connect()`. */
  cipherSuites?: (string | number)[] | undefined;
  /** Largest datagram, bytes. Integer 256..16384, default 1232. */
  mtu?: number | undefined;
  /** Who protects records, as the option of the same name of `connect()`. Default `'own'`. */
  recordLayer?: 'own' | 'openssl' | undefined;
  /** Waits between repeated flights of a handshake, ms, as the option of the same name of `connect()`. Default 1 to 60 seconds. */
  handshakeTimeouts?: { min?: number | undefined; max?: number | undefined } | undefined;
  /** CoAP timing, as RFC 7252, 4.8; milliseconds. Default `ackTimeout` 2000, `ackRandomFactor` 1.5, `maxRetransmit` 4. */
  transmission?:
    | { ackTimeout?: number | undefined; ackRandomFactor?: number | undefined; maxRetransmit?: number | undefined }
    | undefined;
  /** Network whose addresses the devices send from, such as `127.0.0.0/8`. Default: one socket for each device. */
  sourceAddresses?: string | undefined;
  /** Devices that share a socket, each with an address of `sourceAddresses`. Integer 1..1000000, default: all addresses. */
  devicesPerSocket?: number | undefined;
  /**
   * Whether devices keep their sessions, and how these are resumed: by the id that the target remembers, or by a ticket.
   * Default `'ticket'` where a step resumes, else `'none'`.
   */
  sessions?: 'none' | 'id' | 'ticket' | undefined;
  /** How the devices come to their `steps`. Default: closed loop, 50 at a time. */
  load?: LoadOptions | undefined;
  /** How they come to `setup` and `teardown`. Default: closed loop, 50 at a time. */
  setupLoad?: LoadOptions | undefined;
  /** Steps of each device before the first one begins with `steps`. Default: none. */
  setup?: StepOptions[] | undefined;
  /** Steps of one iteration of a device. Required without `flows`. */
  steps?: StepOptions[] | undefined;
  /** Steps of each device when all are done with `steps`; not after an early end. Default: none. */
  teardown?: StepOptions[] | undefined;
  /** Mixed fleets: each device has one of these, instead of `setup`, `steps` and `teardown`. 1 to 100. */
  flows?: FlowOptions[] | undefined;
  /** How often each device goes through `steps`. Integer 1..1000000000. Default 1, or without end where there is a `duration`. */
  repeats?: number | undefined;
  /** When `steps` end, whatever is left. Number above 0, seconds. Default: when the repeats are done. */
  duration?: number | undefined;
  /** The run ends as `'target-lost'` when nothing has succeeded for so long, though something should have. Seconds, default 15. */
  lostAfter?: number | undefined;
  /** Length of the intervals of the series. Integer 50..600000 ms, default 1000. */
  interval?: number | undefined;
  /** Of everything that is drawn: arrivals, jitter, retransmission. Integer 0..4294967295, default 1. */
  seed?: number | undefined;
  /** A bad network between the devices and the target, with `seed` as its own default. Default: none. */
  faults?: FaultOptions | undefined;
}

/** Either `arrivalRate` or `concurrency`. */
export interface LoadOptions {
  /**
   * Open loop: so many devices a second begin, whether the earlier ones are done or not. What begins late, because its
   * device is still busy, counts from when it was due. Number above 0, at most 1000000.
   */
  arrivalRate?: number | undefined;
  /** Evenly, or as independent devices come (exponential gaps). Default `'constant'`. */
  distribution?: 'constant' | 'poisson' | undefined;
  /** Closed loop: so many devices are busy at a time. Integer 1..1000000. */
  concurrency?: number | undefined;
  /** Time in which the rate, or the number of busy devices, grows evenly to what is asked for. Seconds, default 0. */
  rampUp?: number | undefined;
}

/** What some of the devices of a mixed fleet do. */
export interface FlowOptions {
  /** For people. */
  name: string;
  /** Share of the devices, in proportion to the other flows. Number above 0, default 1. */
  weight?: number | undefined;
  /** As those of the scenario. */
  setup?: StepOptions[] | undefined;
  /** As those of the scenario. Required. */
  steps: StepOptions[];
  /** As those of the scenario. */
  teardown?: StepOptions[] | undefined;
}
