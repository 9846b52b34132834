import {
  type BackendConfiguration,
  type BackendSettings,
  parseBackendConfiguration,
} from '../config/backend-configuration.js';
import { inContractTerms } from '../errors/convert.js';
import type { NetBackend } from './net-backend.js';
import { TcpBackend } from './tcp-backend.js';
import { UdpBackend } from './udp-backend.js';

/**
 * A UDP socket as what DTLS runs over, to be connected or bound before `decorate`. Throws `EINVAL`.
 * `avs_net_udp_socket_create`.
 */
export function createUdpBackend(configuration: BackendConfiguration = {}): NetBackend {
  return inContractTerms(
    'createUdpBackend',
    () => new UdpBackend(parseBackendConfiguration(configuration, 'datagram')),
  );
}

/**
 * A TCP socket, usable in clear text until `decorate` takes it over, as STARTTLS wants it. Throws `EINVAL`.
 * `avs_net_tcp_socket_create`.
 */
export function createTcpBackend(configuration: BackendConfiguration = {}): NetBackend {
  return inContractTerms('createTcpBackend', () => new TcpBackend(parseBackendConfiguration(configuration, 'stream')));
}

/** What a socket begins with. */
export function ownBackend(transport: 'datagram' | 'stream', settings: BackendSettings): NetBackend {
  return transport === 'datagram' ? new UdpBackend(settings) : new TcpBackend(settings);
}
