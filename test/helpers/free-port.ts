import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A UDP port that was free a moment ago, for programs that cannot be asked which port they got. Another process may
 * take it in between: callers try again when the program says so.
 */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
