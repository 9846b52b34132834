import type { DtlsSocket } from '../socket/dtls-socket.js';
import type { TestConnection } from './test-connection.js';

export type CreateTestConnection = (socket: DtlsSocket, timeout: number) => TestConnection;

/** Makes the connection of a socket, from its first message on. The class itself sets it: its constructor is private. */
export let createTestConnection: CreateTestConnection;

export function setTestConnectionFactory(create: CreateTestConnection): void {
  createTestConnection = create;
}
