#pragma once

#include <cstdint>

namespace core {

/// What one endpoint has seen and done. Lives in memory that JavaScript reads without a call (a BigUint64Array):
/// the order is part of the binding, see `lib/events/counters.ts`.
struct Counters {
  uint64_t datagrams_received;
  uint64_t datagrams_sent;
  uint64_t bytes_received;  ///< UDP payload
  uint64_t bytes_sent;      ///< UDP payload
  uint64_t messages_received;
  uint64_t messages_sent;
  uint64_t datagrams_malformed;    ///< empty, or not a DTLS record at all
  uint64_t datagrams_truncated;    ///< larger than any DTLS record: cut by the kernel, dropped
  uint64_t datagrams_unroutable;   ///< no association, no ClientHello nor the first fragment of one
  uint64_t datagrams_ignored;      ///< held no acceptable record: replayed, forged, out of epoch; or too many waited
  uint64_t hello_verify_requests;  ///< HelloVerifyRequests sent
  uint64_t cookies_rejected;       ///< ClientHellos with a cookie that is not (or no longer) ours
  uint64_t handshakes_started;
  uint64_t handshakes_completed;
  uint64_t handshakes_failed;  ///< timeouts and handshakes that were closed included
  uint64_t handshakes_timed_out;
  uint64_t finished_undecryptable;  ///< first protected record not readable: the PSK keys differ
  uint64_t flights_retransmitted;
  uint64_t alerts_received;    ///< alerts that ended a handshake or an association; close_notify is none
  uint64_t peers_refused;      ///< verified ClientHellos turned away: table full
  uint64_t transport_errors;   ///< ICMP errors and failed sends
  uint64_t datagrams_unsent;   ///< dropped after the kernel refused them and the send queue was full
  uint64_t peers;              ///< now in the table
  uint64_t peers_handshaking;  ///< of these, not yet established
};

constexpr int kCounterCount = sizeof(Counters) / sizeof(uint64_t);

}  // namespace core
