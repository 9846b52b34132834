import type { SwarmDevice } from './swarm-device.js';

export const MemberState = { idle: 0, connecting: 1, connected: 2 } as const;

/** Who waits for a handshake. */
export interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

/** Whom the messages of a device are for. */
export interface MemberOwner {
  deliver(member: Member, message: Buffer): void;
}

/** One device as its swarm has it: the inner side of a {@link SwarmDevice}. There may be a hundred thousand: small. */
export class Member {
  readonly owner: MemberOwner;
  readonly index: number;
  /** Where it sends from: see `native/io/fleet.h`. */
  slot: number;
  state: (typeof MemberState)[keyof typeof MemberState] = MemberState.idle;
  resumed = false;
  /** Its id in native code, 0 while it is idle. */
  peer = 0;
  pending: Pending | undefined;
  /** DER, each byte a character: nothing else in V8 keeps some hundred bytes for less. */
  session: string | undefined;
  face: SwarmDevice | undefined;

  constructor(owner: MemberOwner, index: number) {
    this.owner = owner;
    this.index = index;
    this.slot = index;
  }

  /** For the event reader. */
  deliver(message: Buffer): void {
    this.owner.deliver(this, message);
  }
}
