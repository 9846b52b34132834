import test from 'ava';
import { type NetBackend, SocketState } from 'lwm2m-tls';
import { failureOf, type Kind, kinds, makeSocket } from '../helpers/contract-sockets.js';

/** All that it ever has: a process that takes it in one turn has stopped for that time. */
const MESSAGES = 10_000;

const useless: Record<Kind, Uint8Array> = { DTLS: Buffer.from('no record'), TLS: new Uint8Array() };

for (const kind of kinds) {
  test(`${kind}: others have their turn in between`, async (t) => {
    const backend = new EagerBackend(kind === 'DTLS' ? 'datagram' : 'stream', useless[kind]);
    const failed = failureOf(t, makeSocket(t, kind).decorate(backend));
    const takenInOneTurn: number[] = [];
    while (backend.taken < MESSAGES) {
      const before = backend.taken;
      await new Promise((resolve) => setImmediate(resolve));
      takenInOneTurn.push(backend.taken - before);
    }
    await failed;
    t.true(Math.max(...takenInOneTurn) <= 256, `${Math.max(...takenInOneTurn)} in one turn`);
  });
}

class EagerBackend implements NetBackend {
  readonly state = SocketState.connected;
  taken = 0;

  constructor(
    readonly type: 'datagram' | 'stream',
    readonly message: Uint8Array,
  ) {}

  async send(): Promise<void> {}

  async receive(): Promise<Uint8Array | null> {
    this.taken += 1;
    return this.taken > MESSAGES ? null : this.message;
  }

  close(): void {}
}
