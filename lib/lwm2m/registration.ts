import type { Link } from './link-format.js';

/** What a device says about itself when it registers, and may change with an update. */
export interface RegistrationParameters {
  /** Seconds until the registration ends without an update; 0 never ends. */
  readonly lifetime: number;
  /** Binding modes as sent, for example `'U'` or `'UT'`. */
  readonly binding: string;
  /** Objects and object instances that the device offers. */
  readonly objects: readonly Link[];
  /** Number for SMS binding, if the device has one. */
  readonly smsNumber: string | undefined;
}

/** Where a device was heard last. */
export interface RegistrationPeer {
  /**
   * What the DTLS handshake proved: the PSK identity, or the common name of the client's certificate, or its fingerprint
   * (SHA-256) when it has none. Undefined for a client that proved nothing.
   */
  readonly identity: string | undefined;
  /** Numeric. */
  readonly remoteAddress: string;
  /** UDP port. */
  readonly remotePort: number;
  /** IANA name of the cipher suite. */
  readonly cipher: string;
}

/** One registered device: a snapshot. An update makes a new one under the same `id`. */
export interface Registration extends RegistrationParameters, RegistrationPeer {
  /** Last segment of the location `/rd/<id>`. */
  readonly id: string;
  /** Endpoint client name; the PSK identity for a device that names none. */
  readonly endpoint: string;
  /** LwM2M enabler version, for example `'1.1'`. */
  readonly version: string;
  /** Whether the device sleeps between its messages: `Q` in the query or in the binding. */
  readonly queueMode: boolean;
  /** When the device registered, wall clock. */
  readonly registeredAt: Date;
  /** When it registered or was updated last, wall clock. */
  readonly updatedAt: Date;
}

/** The path that the device uses for update and de-register. */
export function locationOf(registration: Registration): string {
  return `/rd/${registration.id}`;
}
