/** DTLS behind the interface of `node:dgram`, for node-coap and others that want a `dgram.Socket`: `lwm2m-tls/dgram`. */
export { createClientSocket, DtlsClientSocket } from './client-socket.js';
export type { ClientSocketOptions } from './client-socket-options.js';
export { type BindOptions, DtlsDatagramSocket } from './datagram-socket.js';
export type { DtlsRemoteInfo } from './remote-info.js';
export type { SendCallback } from './send-arguments.js';
export { createServerSocket, DtlsServerSocket } from './server-socket.js';
