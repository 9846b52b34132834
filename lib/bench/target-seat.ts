import type { Address } from '../index.js';

/** What the server of a run is started with. Sent as one message. */
export interface TargetSeat {
  readonly kind: 'lwm2m' | 'echo';
  readonly host: string;
  readonly devices: number;
  /** Keys in hexadecimal. */
  readonly credentials: readonly (readonly [identity: string, key: string])[];
  /** Whether each device is observed once it has registered. */
  readonly observes: boolean;
  readonly cipherSuites: (string | number)[] | undefined;
}

/** What it says. */
export type TargetReport =
  | { readonly listening: Address }
  | { readonly failed: { readonly code: string; readonly message: string } }
  | { readonly counters: Readonly<Record<string, number>> };
