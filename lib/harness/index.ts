export type { AlertOptions, ReceiveOptions } from './test-connection.js';
export { TestConnection } from './test-connection.js';
export { TestServer } from './test-server.js';
export type { AcceptOptions, RefuseHandshakesOptions, TestServerOptions } from './test-server-options.js';
export type { Undo } from './undo.js';
