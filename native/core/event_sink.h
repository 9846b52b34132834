#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bytes.h"

namespace core {

/// What an event tells. The numbers and the use of `a`, `b`, `c` cross into JavaScript (`lib/events/layout.ts`).
enum class EventKind : int32_t {
  /// Handshake complete. a: IANA cipher suite, b: inner MTU, c: port << 8 | flags (kFlagResumed, kFlagServer).
  /// Payload: three texts that their length in a byte precedes: IP, PSK identity, server name (SNI); u16 little-endian
  /// protocol version, i32 little-endian X509 verify error; for each certificate of the peer, leaf first, its length as
  /// u24 big-endian and its DER.
  kConnected = 1,
  /// One decrypted record. Payload: its plaintext.
  kMessage = 2,
  /// The association is gone and its id is free. a: Cause, b: its code, c: 1 when it had been established.
  /// Payload: its four traffic counters (PeerTraffic, native byte order), reason text.
  kClosed = 3,
  /// A client did not make it; no kConnected came and no kClosed will. a: Cause, b: its code, c: port.
  /// Payload: u8 length, IP text, u8 length, PSK identity, reason text.
  kClientError = 4,
  /// One line in NSS key log format. Payload: the line without its end.
  kKeylog = 5,
  /// Written by native/io: the endpoint's handles are closed and its number is free.
  kEndpointClosed = 6,
  /// Written by native/io: the socket itself failed for good; only closing it is left. b: errno.
  kEndpointError = 7,
  /// A session that can be resumed. a: 0 as client, 1 as server, peer: its association, 0 when that is gone.
  /// Payload: DER of the SSL_SESSION; as server u8 length and session id before it.
  kSession = 8,
  /// A client of ours wants to resume a session that JavaScript keeps, and its handshake waits for answer_session().
  /// Payload: session id.
  kSessionWanted = 9,
  /// A session that JavaScript keeps must not be resumed any more. Payload: session id.
  kSessionRemoved = 10,
  /// Written by native/io: a datagram that a script endpoint sends. a: port. Payload: u8 length, IP text, the datagram.
  kDatagram = 11,
  /// The transport reported an error to a client whose association is established, and goes on: anybody can forge such
  /// a report. b: errno.
  kPeerError = 12,
  /// A handshake waits for answer_psk(). a: port. Payload: u8 length, IP text, u8 length, PSK identity.
  kPskWanted = 13,
  /// A handshake waits for answer_hello(). a: port, b: 1 when credentials are wanted for the name, which is then none
  /// of
  /// add_server_name(). Payload: u8 length, IP text, u8 length, server name (SNI).
  kHelloWanted = 14,
  /// A handshake that kPskWanted or kHelloWanted have told of has come to nothing without kClientError: its client has
  /// begun another one.
  kQuestionOver = 15,
  /// Written by native/io: a copy of a datagram on the wire, of an endpoint that is tapped. peer: datagrams before it
  /// that
  /// were lost for want of room, a: kFlagSent | kFlagTruncated, b and c: low and high half of its time in microseconds,
  /// by
  /// the clock of uv_hrtime. Payload: u8 IP version, u16 little-endian port and 16 bytes IP of the peer; 16 bytes IP of
  /// our
  /// own, zero where the socket has only one; the datagram.
  kTapped = 16,
};

constexpr int32_t kFlagResumed = 1;
constexpr int32_t kFlagServer = 2;

constexpr int32_t kFlagSent = 1;
constexpr int32_t kFlagTruncated = 2;

/// Fixed-size event record: eight 32-bit integers, read by JavaScript as an Int32Array.
struct EventRecord {
  int32_t kind;
  int32_t endpoint;
  int32_t peer;
  int32_t offset;  ///< of the payload in the payload slab
  int32_t length;
  int32_t a;
  int32_t b;
  int32_t c;
};
static_assert(sizeof(EventRecord) == 32);

/// Collects events in memory that the owner lends: an array of records, and a payload slab that is only ever
/// written forward (what was handed out belongs to its reader). Not thread-safe.
class EventSink {
 public:
  /// Largest payload of one event: one DTLS plaintext of 2^14 bytes, with room to spare.
  static constexpr size_t kMaxPayload = 16384 + 1024;
  /// Events that handling one datagram or one deadline may add besides messages (key log, connected, closed...).
  static constexpr size_t kReservedEvents = 8;

  void lend_events(EventRecord* records, size_t capacity) {
    records_ = records;
    capacity_ = capacity;
    count_ = 0;
  }
  void lend_payload(uint8_t* slab, size_t size, size_t used = 0) {
    slab_ = slab;
    slab_size_ = size;
    slab_used_ = used;
  }

  /// False: deliver, take() and lend a fresh slab where needed before anything else is fed to an engine.
  bool has_room() const { return count_ + kReservedEvents <= capacity_ && slab_used_ + 2 * kMaxPayload <= slab_size_; }

  /// Where the next payload goes; at least kMaxPayload bytes when has_room() was true before.
  uint8_t* payload_cursor() { return slab_ + slab_used_; }
  size_t payload_room() const { return slab_size_ - slab_used_; }

  /// Adds an event whose payload of `length` bytes was already written at payload_cursor().
  void commit(EventKind kind, int32_t endpoint, int32_t peer, size_t length, int32_t a = 0, int32_t b = 0,
              int32_t c = 0) {
    if (count_ == capacity_) return;
    records_[count_++] = {static_cast<int32_t>(kind),   endpoint, peer, static_cast<int32_t>(slab_used_),
                          static_cast<int32_t>(length), a,        b,    c};
    slab_used_ += length;
  }

  /// The same for a payload that begins `skipped` bytes behind payload_cursor(): what lies before is lost.
  void commit_behind(size_t skipped, EventKind kind, int32_t endpoint, int32_t peer, size_t length) {
    slab_used_ += skipped;
    commit(kind, endpoint, peer, length);
  }

  size_t count() const { return count_; }
  size_t payload_used() const { return slab_used_; }
  void clear_events() { count_ = 0; }

 private:
  EventRecord* records_ = nullptr;
  size_t capacity_ = 0;
  size_t count_ = 0;
  uint8_t* slab_ = nullptr;
  size_t slab_size_ = 0;
  size_t slab_used_ = 0;
};

}  // namespace core
