import type { ClientParameters, NativeContext } from '../../binding.js';
import type { NetBackend } from '../backends/net-backend.js';
import { TcpBackend } from '../backends/tcp-backend.js';
import { UdpBackend } from '../backends/udp-backend.js';
import { BackendDuplex } from './backend-duplex.js';
import type { Channel, ChannelHooks } from './channel.js';
import { ScriptCarrier } from './script-carrier.js';
import { StreamChannel } from './stream-channel.js';

export interface ChannelOptions {
  readonly backend: NetBackend;
  readonly context: NativeContext;
  /** Null for a server's side. */
  readonly parameters: ClientParameters | null;
  /** Of TLS, and of DTLS that waits for a client; otherwise DTLS has its retransmissions. Milliseconds, may be infinite. */
  readonly handshakeTimeout: number;
  /** The backend goes back to its owner when the handshake fails: it must not be closed with the channel. */
  readonly borrowed: boolean;
}

/** Begins a handshake over a backend that is connected. */
export function openChannel(options: ChannelOptions, hooks: ChannelHooks): Channel {
  const { backend, context, parameters, handshakeTimeout, borrowed } = options;
  if (backend instanceof UdpBackend && parameters !== null) return backend.startClient(context, parameters, hooks);
  if (backend.type === 'datagram') return new ScriptCarrier(options, hooks);
  const own = backend instanceof TcpBackend && !borrowed ? backend.takeTransport() : undefined;
  const transport = own ?? new BackendDuplex(backend);
  const timeout = Number.isFinite(handshakeTimeout) ? handshakeTimeout : 0;
  return new StreamChannel({ transport, context, parameters, handshakeTimeout: timeout }, hooks);
}
