import { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';

/**
 * `dgram.Socket` without its constructor, which opens a native handle that nobody would need. It must be one all the same:
 * node-coap answers only where its socket is `instanceof dgram.Socket`. What a subclass does not override fails.
 */
export const SocketShell: new () => Socket = (() => {
  const shell = function SocketShell(this: EventEmitter): void {
    EventEmitter.call(this);
  };
  shell.prototype = Object.create(Socket.prototype, { constructor: { value: shell, configurable: true } });
  return shell as unknown as new () => Socket;
})();
