import { on } from 'node:events';
import type { DtlsSocket } from './dtls-socket.js';
import type { Peer } from './peer.js';

/** Listens at once, not with the first `next()`: no message is missed in between. */
export function messagesOf(socket: DtlsSocket, peer: Peer): AsyncIterableIterator<Buffer> {
  if (!peer.connected) return leftovers(peer);
  return unpack(on(socket, 'message', { close: ['close'] }));
}

function unpack(events: AsyncIterator<unknown[]>): AsyncIterableIterator<Buffer> {
  const unwrap = ({ done, value }: IteratorResult<unknown[]>): IteratorResult<Buffer> =>
    done ? { done: true, value: undefined } : { done: false, value: value[0] as Buffer };
  return {
    next: async () => unwrap(await events.next()),
    return: async () => {
      await events.return?.();
      return { done: true, value: undefined };
    },
    throw: async (error) => {
      await events.throw?.(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** After the end: what nobody has listened to, and then the end as it was. */
async function* leftovers(peer: Peer): AsyncIterableIterator<Buffer> {
  yield* peer.takeHeld();
  if (peer.error !== undefined) throw peer.error;
}
