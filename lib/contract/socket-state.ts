/** `avs_net_socket_state_t`: what {@link SocketOption.state} gives. */
export const SocketState = {
  /** Nothing is open. `AVS_NET_SOCKET_STATE_CLOSED`. */
  closed: 0,
  /** Shut down, not closed yet. `AVS_NET_SOCKET_STATE_SHUTDOWN`. */
  shutdown: 1,
  /** Has a local address and no peer. `AVS_NET_SOCKET_STATE_BOUND`. */
  bound: 2,
  /** Came out of `accept`. `AVS_NET_SOCKET_STATE_ACCEPTED`. */
  accepted: 3,
  /** Has a peer that it went to. `AVS_NET_SOCKET_STATE_CONNECTED`. */
  connected: 4,
} as const;
export type SocketState = (typeof SocketState)[keyof typeof SocketState];

/** `avs_net_af_t`. */
export const AddressFamily = {
  /** Either. `AVS_NET_AF_UNSPEC`. */
  unspecified: 0,
  /** IPv4. `AVS_NET_AF_INET4`. */
  inet4: 1,
  /** IPv6. `AVS_NET_AF_INET6`. */
  inet6: 2,
} as const;
export type AddressFamily = (typeof AddressFamily)[keyof typeof AddressFamily];

/** The name of a state, for messages. */
export function stateName(state: SocketState): string {
  return Object.entries(SocketState).find(([, value]) => value === state)?.[0] ?? `state ${state}`;
}

export function familyOf(address: string): AddressFamily {
  return address.includes(':') ? AddressFamily.inet6 : AddressFamily.inet4;
}
