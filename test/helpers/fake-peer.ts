import { type NativeReactor, ProtocolVersion } from '#lib/binding.js';
import { Endpoint, type EndpointOwner } from '#lib/events/endpoint.js';
import { Peer } from '#lib/socket/peer.js';

/** An established association of a server without anything native behind it: for ends that no real peer can be made to have. */
export function fakePeer(): Peer {
  const native = {
    localAddress: () => ({ address: '127.0.0.1', port: 5684, family: 'IPv4' }),
    send: () => 0,
    closePeer: () => 0,
    peerTraffic: () => false,
  } as unknown as NativeReactor;
  return new Peer(new Endpoint(native, 0, {} as EndpointOwner, false), {
    peer: 1,
    cipher: 0xc0a8,
    innerMtu: 1203,
    resumed: false,
    remoteAddress: '127.0.0.1',
    remotePort: 1234,
    pskIdentity: 'device',
    serverName: '',
    version: ProtocolVersion.dtls12,
    verifyResult: 0,
    certificates: [],
  });
}

export const noTraffic = { bytesSent: 0, bytesReceived: 0, datagramsSent: 0, datagramsReceived: 0 };
