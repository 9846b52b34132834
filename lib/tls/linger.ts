import type { Duplex } from 'node:stream';

/** How long what was written may take to leave, milliseconds. */
export const FLUSH_TIME = 10_000;

/** How long a peer may take afterwards to end its direction, milliseconds. */
const LINGER_TIME = 1_000;

/**
 * Ends the transport and destroys it when the peer has ended as well, or when that takes too long. What still comes is
 * dropped, but it is read: a TCP socket that is closed with unread bytes answers RST, and that can overtake and destroy
 * our last bytes, an alert say, on their way to the peer's application.
 */
export function linger(transport: Duplex): void {
  if (transport.destroyed || lingering.has(transport)) return;
  lingering.add(transport);
  const destroy = () => transport.destroy();
  let timer = setTimeout(destroy, FLUSH_TIME);
  transport.once('close', () => clearTimeout(timer));
  transport.on('error', destroy);
  transport.on('end', () => {
    if (transport.writableFinished) destroy();
  });
  transport.resume();
  transport.end(() => {
    clearTimeout(timer);
    if (transport.readableEnded || !transport.readable) destroy();
    else if (!transport.destroyed) timer = setTimeout(destroy, LINGER_TIME);
  });
}

const lingering = new WeakSet<Duplex>();
