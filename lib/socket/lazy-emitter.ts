import { EventEmitter } from 'node:events';

/**
 * Node's `EventEmitter` without its constructor: the table of listeners, larger than many an object with one, comes with
 * the first listener.
 */
export const LazyEmitter: typeof EventEmitter = (() => {
  const emitter = function LazyEmitter() {};
  emitter.prototype = EventEmitter.prototype;
  return Object.setPrototypeOf(emitter, EventEmitter);
})();
