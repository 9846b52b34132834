import type { ServerCounters, TlsServerCounters } from '../index.js';

/** Counters of a DTLS or a TLS server; what both have means the same. */
export type CounterName = keyof ServerCounters | keyof TlsServerCounters;

/** Without the prefix. As Prometheus wants it, what only grows ends in `_total`, and a unit stands before that. */
export const metricHelp = {
  handshakes_initiated_total: 'Handshakes begun: ClientHellos with a valid cookie.',
  handshakes_succeeded_total: 'Handshakes completed, by whether they continued an earlier session.',
  handshakes_failed_total: 'Handshakes that failed, by reason; "other" is the rest.',
  handshakes_undecryptable_total: 'Handshakes whose first protected record was unreadable: the PSK keys differ.',
  handshake_flights_retransmitted_total:
    'Handshake flights sent again, because no answer came in time or the client repeated its own.',
  handshake_lookups_total: 'Lookups of keys, sessions and server names that handshakes have waited for.',
  handshake_datagrams_deferred_total: 'Datagrams of handshakes that waited for a later turn of the event loop.',
  handshake_datagrams_dropped_total: 'Datagrams of handshakes dropped because too many waited already.',
  hello_verify_requests_total: 'Cookies sent: answers to ClientHellos without a valid one.',
  cookies_rejected_total: 'ClientHellos with a cookie that is not, or no longer, valid.',
  connections_accepted_total: 'TCP connections accepted.',
  accept_errors_total: 'TCP connections that the system could not hand over.',
  clients_refused_total: 'Clients turned away, by the limit that was reached.',
  sessions: 'Connections now, by state.',
  sessions_on_libssl: 'Established connections that still have an SSL of OpenSSL.',
  sessions_closed_total: 'Established connections that either side ended in order.',
  sessions_failed_total: 'Established connections that ended with an error.',
  sessions_expired_total: 'Established connections that ended because they were idle.',
  sessions_evicted_total: 'Idle connections that made room for new ones.',
  sessions_replaced_total: 'Connections whose client started again from the same address and port.',
  alerts_received_total: 'Fatal alerts of clients.',
  messages_received_total: 'Application messages received.',
  messages_sent_total: 'Application messages sent.',
  datagrams_received_total: 'Datagrams taken from the socket.',
  datagrams_sent_total: 'Datagrams given to the system.',
  datagrams_dropped_total: 'Datagrams received and dropped whole, by reason.',
  datagrams_unsent_total: 'Datagrams lost because the system refused them and the send queue was full.',
  records_dropped_total: 'Records of established connections that were dropped, by reason.',
  received_bytes_total: 'UDP payload received.',
  sent_bytes_total: 'UDP payload sent.',
  transport_errors_total: 'ICMP errors and failed sends.',
  association_memory_bytes: 'Memory of the connections themselves, without what OpenSSL keeps.',
  openssl_memory_bytes: 'Memory that OpenSSL has allocated in this thread, for all servers and clients.',
  openssl_pool_memory_bytes: 'Free memory kept ready for OpenSSL in this thread.',
} as const satisfies Record<string, string>;

export type MetricName = keyof typeof metricHelp;

/** In the order in which they are told. */
export const metricNames = Object.keys(metricHelp) as MetricName[];

/** The one series that a counter becomes. */
export interface Series {
  readonly metric: MetricName;
  /** All series of a metric have the same label. */
  readonly label?: readonly [name: string, value: string];
  /** The counter is the sum of the metric's other series and this one: so that each event is in one of them. */
  readonly isTotal?: true;
  /** Every server of a thread tells the same number: it is not added up. */
  readonly ofThread?: true;
}

export const seriesOf: Readonly<Record<CounterName, Series>> = {
  datagramsReceived: { metric: 'datagrams_received_total' },
  datagramsSent: { metric: 'datagrams_sent_total' },
  bytesReceived: { metric: 'received_bytes_total' },
  bytesSent: { metric: 'sent_bytes_total' },
  messagesReceived: { metric: 'messages_received_total' },
  messagesSent: { metric: 'messages_sent_total' },
  datagramsMalformed: { metric: 'datagrams_dropped_total', label: ['reason', 'malformed'] },
  datagramsTruncated: { metric: 'datagrams_dropped_total', label: ['reason', 'truncated'] },
  datagramsUnroutable: { metric: 'datagrams_dropped_total', label: ['reason', 'unroutable'] },
  datagramsIgnored: { metric: 'datagrams_dropped_total', label: ['reason', 'ignored'] },
  recordsReplayed: { metric: 'records_dropped_total', label: ['reason', 'replayed'] },
  recordsUnauthenticated: { metric: 'records_dropped_total', label: ['reason', 'unauthenticated'] },
  recordsOutOfEpoch: { metric: 'records_dropped_total', label: ['reason', 'out_of_epoch'] },
  recordsMalformed: { metric: 'records_dropped_total', label: ['reason', 'malformed'] },
  helloVerifyRequests: { metric: 'hello_verify_requests_total' },
  cookiesRejected: { metric: 'cookies_rejected_total' },
  handshakesStarted: { metric: 'handshakes_initiated_total' },
  handshakesCompleted: { metric: 'handshakes_succeeded_total', label: ['resumed', 'false'], isTotal: true },
  handshakesResumed: { metric: 'handshakes_succeeded_total', label: ['resumed', 'true'] },
  handshakesFailed: { metric: 'handshakes_failed_total', label: ['reason', 'other'], isTotal: true },
  handshakesTimedOut: { metric: 'handshakes_failed_total', label: ['reason', 'timeout'] },
  handshakesAlerted: { metric: 'handshakes_failed_total', label: ['reason', 'alert'] },
  handshakesUnverified: { metric: 'handshakes_failed_total', label: ['reason', 'certificate'] },
  handshakesRejected: { metric: 'handshakes_failed_total', label: ['reason', 'rejected'] },
  finishedUndecryptable: { metric: 'handshakes_undecryptable_total' },
  flightsRetransmitted: { metric: 'handshake_flights_retransmitted_total', label: ['cause', 'timeout'] },
  lastFlightsRepeated: { metric: 'handshake_flights_retransmitted_total', label: ['cause', 'repeated_by_client'] },
  questionsAsked: { metric: 'handshake_lookups_total' },
  handshakeDatagramsDeferred: { metric: 'handshake_datagrams_deferred_total' },
  handshakeDatagramsDropped: { metric: 'handshake_datagrams_dropped_total' },
  alertsReceived: { metric: 'alerts_received_total' },
  peersClosed: { metric: 'sessions_closed_total' },
  peersFailed: { metric: 'sessions_failed_total' },
  peersExpired: { metric: 'sessions_expired_total' },
  peersEvicted: { metric: 'sessions_evicted_total' },
  peersReplaced: { metric: 'sessions_replaced_total' },
  peersRefused: { metric: 'clients_refused_total', label: ['limit', 'max_peers'] },
  peersRefusedByAddress: { metric: 'clients_refused_total', label: ['limit', 'max_peers_per_address'] },
  handshakesRefused: { metric: 'clients_refused_total', label: ['limit', 'max_handshakes'] },
  transportErrors: { metric: 'transport_errors_total' },
  datagramsUnsent: { metric: 'datagrams_unsent_total' },
  peers: { metric: 'sessions', label: ['state', 'established'], isTotal: true },
  peersHandshaking: { metric: 'sessions', label: ['state', 'handshaking'] },
  peersOnLibssl: { metric: 'sessions_on_libssl' },
  associationBytes: { metric: 'association_memory_bytes' },
  opensslBytes: { metric: 'openssl_memory_bytes', ofThread: true },
  poolBytes: { metric: 'openssl_pool_memory_bytes', ofThread: true },

  connectionsAccepted: { metric: 'connections_accepted_total' },
  connectionsRefused: { metric: 'clients_refused_total', label: ['limit', 'max_connections'] },
  sessionsResumed: { metric: 'handshakes_succeeded_total', label: ['resumed', 'true'] },
  acceptErrors: { metric: 'accept_errors_total' },
  connections: { metric: 'sessions', label: ['state', 'established'] },
  connectionsHandshaking: { metric: 'sessions', label: ['state', 'handshaking'] },
};

/** Whether it only grows: a counter, otherwise a gauge. */
export function isCounter(metric: MetricName): boolean {
  return metric.endsWith('_total');
}

export function counterNamesOf(metric: MetricName): readonly CounterName[] {
  return (Object.keys(seriesOf) as CounterName[]).filter((name) => seriesOf[name].metric === metric);
}
