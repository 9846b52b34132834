/** What a TLS server has seen since it was made. All but the last two only grow. */
export interface TlsServerCounters {
  /** TCP connections that were accepted. */
  connectionsAccepted: number;
  /** TCP connections closed at once because of `maxConnections`. */
  connectionsRefused: number;
  /** Each has its `'connection'` event. */
  handshakesCompleted: number;
  /** Each has its `'clientError'` event, but for those that ended with the server's own `close()`. */
  handshakesFailed: number;
  /** Of these, given up after `handshakeTimeout`. */
  handshakesTimedOut: number;
  /** Of the completed ones, those that continued an earlier session. */
  sessionsResumed: number;
  /** Fatal alerts of clients during a handshake. */
  alertsReceived: number;
  /** TCP connections that the system could not hand over, for want of descriptors say. */
  acceptErrors: number;
  /** Established connections now. */
  connections: number;
  /** Handshakes in progress now. */
  connectionsHandshaking: number;
}

export function createTlsServerCounters(): TlsServerCounters {
  return {
    connectionsAccepted: 0,
    connectionsRefused: 0,
    handshakesCompleted: 0,
    handshakesFailed: 0,
    handshakesTimedOut: 0,
    sessionsResumed: 0,
    alertsReceived: 0,
    acceptErrors: 0,
    connections: 0,
    connectionsHandshaking: 0,
  };
}
