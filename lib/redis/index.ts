/** Stores in Redis that servers share: `lwm2m-tls/redis`. Needs a client such as `ioredis`, and loads none itself. */
export type { RedisClient } from './redis-client.js';
export { RedisSessionStore } from './redis-session-store.js';
export type { RedisStoreOptions } from './redis-store-options.js';
export { RedisTicketKeyStore } from './redis-ticket-key-store.js';
