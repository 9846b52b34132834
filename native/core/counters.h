#pragma once

#include <cstdint>

namespace core {

/// What one endpoint has seen and done; the gauges are last, from `peers` on. Lives in memory that JavaScript reads
/// without a call (a BigUint64Array): the order is part of the binding, see `lib/events/counters.ts`.
struct Counters {
  uint64_t datagrams_received;
  uint64_t datagrams_sent;
  uint64_t bytes_received;  ///< UDP payload
  uint64_t bytes_sent;      ///< UDP payload
  uint64_t messages_received;
  uint64_t messages_sent;
  uint64_t datagrams_malformed;      ///< empty, or not a DTLS record at all
  uint64_t datagrams_truncated;      ///< larger than any DTLS record: cut by the kernel, dropped
  uint64_t datagrams_unroutable;     ///< no association, no ClientHello nor the first fragment of one
  uint64_t datagrams_ignored;        ///< held no acceptable record: replayed, forged, out of epoch; or too many waited
  uint64_t records_replayed;         ///< of established peers: seen before, or behind the window
  uint64_t records_unauthenticated;  ///< of established peers: the tag is wrong
  uint64_t records_out_of_epoch;     ///< of established peers: of an epoch that is not the current one
  uint64_t records_malformed;        ///< of established peers: too short, or of a type that may not come
  uint64_t hello_verify_requests;    ///< HelloVerifyRequests sent
  uint64_t cookies_rejected;         ///< ClientHellos with a cookie that is not (or no longer) ours
  uint64_t handshakes_started;
  uint64_t handshakes_completed;
  uint64_t handshakes_resumed;      ///< of those completed
  uint64_t handshakes_failed;       ///< timeouts and handshakes that were closed included
  uint64_t handshakes_timed_out;    ///< of those failed
  uint64_t handshakes_alerted;      ///< of those failed: by an alert of the peer
  uint64_t handshakes_unverified;   ///< of those failed: the peer's certificate was refused
  uint64_t handshakes_rejected;     ///< of those failed: an answer of the application ended them
  uint64_t finished_undecryptable;  ///< first protected record not readable: the PSK keys differ
  uint64_t flights_retransmitted;
  uint64_t last_flights_repeated;         ///< repeated because the peer repeated its own
  uint64_t questions_asked;               ///< PSK, hello and session lookups
  uint64_t handshake_datagrams_deferred;  ///< kept for a later turn: handshakes had used up their time
  uint64_t handshake_datagrams_dropped;   ///< too many waited already
  uint64_t alerts_received;               ///< alerts that ended a handshake or an association; close_notify is none
  uint64_t peers_closed;                  ///< established ones, ended in order by either side
  uint64_t peers_failed;                  ///< established ones, ended by an alert or a violation
  uint64_t peers_expired;                 ///< established ones, ended because they were idle
  uint64_t peers_evicted;                 ///< established ones, ended to make room
  uint64_t peers_replaced;                ///< established ones, ended by a new handshake from the same address
  uint64_t peers_refused;                 ///< verified ClientHellos turned away: table full
  uint64_t peers_refused_by_address;      ///< verified ClientHellos turned away: too many from this IP address
  uint64_t handshakes_refused;            ///< verified ClientHellos turned away: too many half-open handshakes
  uint64_t transport_errors;              ///< ICMP errors and failed sends
  uint64_t datagrams_unsent;              ///< dropped after the kernel refused them and the send queue was full
  uint64_t peers;                         ///< now in the table
  uint64_t peers_handshaking;             ///< of these, not yet established
  uint64_t peers_on_libssl;               ///< of these, established and still with an SSL
  uint64_t association_bytes;             ///< memory of the associations themselves, without what libssl has
  uint64_t openssl_bytes;  ///< what libssl and libcrypto have allocated in this thread; 0 without the pool
  uint64_t pool_bytes;     ///< what the pool keeps for them besides
};

constexpr int kCounterCount = sizeof(Counters) / sizeof(uint64_t);

}  // namespace core
