#pragma once

#include <memory>
#include <vector>

#include "address.h"
#include "admission.h"
#include "association.h"
#include "bytes.h"
#include "cipher_cache.h"
#include "clock.h"
#include "context.h"
#include "counters.h"
#include "datagram_bio.h"
#include "deadline_queue.h"
#include "deferred_datagrams.h"
#include "event_sink.h"
#include "hello_verifier.h"
#include "outbox.h"
#include "peer_table.h"
#include "status.h"

namespace core {

struct EngineOptions {
  int32_t number = 0;            ///< tag of this engine in events and outgoing datagrams
  size_t max_peers = 100000;     ///< associations, half-open ones included
  int ip_overhead = 28;          ///< bytes of IP and UDP headers per datagram: 28 over IPv4, 48 over IPv6
  AdmissionLimits limits = {};   ///< of clients
  Micros idle_timeout = kNever;  ///< clients from which nothing has come for so long are said goodbye to
  /// When the table is full, a client that was silent for so long makes room for a new one; kNever: new ones are
  /// refused.
  Micros evict_after = kNever;
};

/// The sans-IO endpoint: everything that one UDP socket's traffic means, without the socket, the clock and callbacks.
/// Not thread-safe. The outbox, the sink, the cipher contexts and the counters must outlive it.
///
/// Contract with the caller:
///  - before receive(), resume(), handle_deferred() and tick(): `events.has_room()`;
///  - after each of them: while has_backlog(), deliver the events and call resume();
///  - after any call: send what is in the outbox, and come back with tick() at next_deadline().
/// connect(), send() and close() never add events, so they may be called while events are being delivered.
class Engine {
 public:
  /// `server` may be null: then every datagram from a stranger is dropped.
  Engine(const EngineOptions& options, std::shared_ptr<const Context> server, Outbox& outbox, EventSink& events,
         CipherCache& ciphers, Counters& counters);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Handles one datagram. `datagram` is borrowed for the call.
  void receive(ByteView datagram, const Address& from, Micros now);

  /// Datagrams of these are about to be received: see PeerTable::expect().
  void expect(std::span<const Address* const> from) const { peers_.expect(from); }

  /// The kernel cut a datagram: it cannot be a DTLS record and is dropped.
  void receive_truncated() { ++counters_.datagrams_truncated; }

  /// The transport reported an error for `to` (ICMP port unreachable and the like). Ends a handshake with that peer
  /// as client; an established association stays, since such reports are not authenticated, and kPeerError tells.
  void transport_failed(const Address& to, int error_number);

  /// True when messages wait because the sink was full.
  bool has_backlog() const { return !backlog_.empty(); }
  void resume();

  /// Handshakes are work. While this is set, their datagrams are kept for later, a bounded number, so that those of
  /// established peers are handled in the meantime.
  void set_deferring(bool deferring) { deferring_ = deferring; }
  bool has_deferred() const { return !deferred_.empty(); }
  /// Handles the oldest one.
  void handle_deferred(Micros now);
  /// Calls into libssl for handshakes so far: the caller measures how long they take.
  uint64_t handshake_steps() const { return handshake_steps_; }

  /// Handles deadlines that have passed, a bounded number per call: look at next_deadline() again afterwards.
  void tick(Micros now);
  Micros next_deadline() const { return deadlines_.next(); }

  /// Starts a client handshake; the outcome is kConnected or kClosed. `to` must not have an association yet.
  struct ConnectResult {
    Status status;
    PeerId peer;
  };
  ConnectResult connect(const Address& to, std::shared_ptr<const Context> context, ClientParameters parameters,
                        Micros now);

  /// A client of ours speaks to another address from now on, and is heard from there only; its association goes on.
  /// kAddressInUse when that address has an association already, kNotConnected for a server's peer.
  Status readdress(PeerId peer, const Address& to);

  /// From now on clients are taken with `server`; null: no new ones any more.
  void set_server(std::shared_ptr<const Context> server);

  // For a handshake whose question an event has reported; for any other it is kNoSuchPeer or kNotConnected. The
  // handshake goes on with the next tick(), which is due at once.

  /// kHelloWanted. With kAdmitted the client gets the credentials of `chosen`, unless it is null.
  Status answer_hello(PeerId peer, HelloVerdict verdict, std::shared_ptr<const Context> chosen);
  /// kSessionWanted. `der` is empty when there is no such session.
  Status answer_session(PeerId peer, ByteView der);
  /// kPskWanted. `key` is empty for an unknown identity; `failed`: nobody can tell.
  Status answer_psk(PeerId peer, ByteView key, bool failed);

  /// Seals `message` into one record. kTooLarge above the inner MTU: nothing is sent.
  Status send(PeerId peer, ByteView message);

  /// Ends an association, with close_notify when it was established. No event follows: the caller knows.
  Status close(PeerId peer);
  /// The same without a word to the peer.
  Status forget(PeerId peer);
  /// The same for all of them: the endpoint itself is going away.
  void close_all();

  // For test harnesses: what no well-behaved endpoint does.

  /// What a restart loses: all associations, handshakes included, and the secrets of cookies.
  void forget_all();
  /// Sends an established peer any alert. A fatal one ends the association, without an event: the caller knows. Where
  /// libssl has the records only a fatal alert is possible, and with AEAD suites only: kUnsupported.
  Status send_alert(PeerId peer, uint8_t level, uint8_t description);
  /// The next `count` ClientHellos are answered with a plain fatal alert, and nothing is kept of them. 0: none any
  /// more.
  void refuse_hellos(uint8_t alert, uint64_t count) { refusal_ = {alert, count}; }
  /// Retransmission of clients' handshakes that begin from now on, instead of the context's; 0: as the context says.
  void set_handshake_timeouts(Micros min, Micros max) { timeouts_ = {min, max}; }

  /// Null for an id that is not (or no longer) in the table.
  const Association* find(PeerId peer) const { return peers_.find(peer); }

 private:
  /// What has found no room in the sink. Empty: libssl has it.
  struct Backlog {
    PeerId peer;
    std::vector<uint8_t> records;
  };
  struct Refusal {
    uint8_t alert = 0;
    uint64_t left = 0;
  };
  struct HandshakeTimeouts {
    Micros min = 0;
    Micros max = 0;
  };

  // engine.cc: where a datagram belongs
  void receive_from_stranger(ByteView datagram, const Address& from, Micros now);
  void receive_from_half_open(Association& association, ByteView datagram, Micros now);
  void receive_from_established(Association& association, ByteView datagram, Micros now);
  /// A device may have lost its state: a new hello runs beside the association, which ends only with the new Finished.
  void receive_second_hello(Association& association, ByteView datagram, Micros now);
  void receive_for_two(Association& association, PeerId successor, ByteView datagram, Micros now);
  bool defer(ByteView datagram, const Address& from);
  bool is_for_successor(ByteView datagram, const Address& from) const;
  /// `records` (none: what libssl has) find no room in the sink for what they may say.
  void wait_for_room(Association& association, ByteView records);
  void expire(Association& association, Micros now);

  // engine_handshake.cc
  HelloVerifier::Verdict verify(ByteView datagram, const Address& from, Micros now, ClientHello& hello);
  void refuse(const ClientHello& hello, const Address& from);
  bool admit(const Address& from, const Association* predecessor);
  void accept(ByteView datagram, const ClientHello& hello, const Address& from, Micros now,
              Association* predecessor = nullptr);
  void give_up(Association& half_open);
  void feed_handshake(Association& association, ByteView datagram, Micros now);
  void step_handshake(Association& association, ByteView datagram, Micros now);
  void expire_handshake(Association& association, Micros now);
  void schedule(Association& association, Micros now);
  bool established(Association& association);
  bool make_room_for(const Association& newcomer);
  Association* pick_idle(const Association* except);

  // engine_questions.cc: what handshakes wait for
  bool waits_for_psk(const DtlsConnection& connection, const RecordHeader& header, ByteView payload) const;
  void hold_for_psk(Association& association, const RecordHeader& header, ByteView record, Micros now);
  void feed_held_flight(Association& association, Micros now);
  bool resume_after_question(Association& association, Micros now);
  template <typename Answer>
  Status answer(PeerId peer, Question question, Answer give);
  void report_question(Association& association);
  void report_question_over(const Association& association);

  // engine_traffic.cc: what established peers say
  void feed_established(Association& association, ByteView datagram);
  void read_records(Association& association, ByteView datagram);
  enum class Verdict : uint8_t { kDropped, kAccepted, kEnded };
  Verdict read_record(Association& association, const RecordHeader& header, ByteView payload);
  Verdict read_alert(Association& association, ByteView alert);
  void read_handshake(Association& association, ByteView message);
  void repeat_last_flight(Association& association);
  bool write_record(Association& association, uint8_t type, ByteView content);
  void feed_libssl(Association& association, ByteView datagram);
  void read_from_libssl(Association& association, ByteView datagram);
  void say_goodbye(Association& association);
  void schedule_established(Association& association);
  void expire_established(Association& association, Micros now);

  Association* insert(std::unique_ptr<Association> association, Micros now, Association* predecessor);
  void fail(Association& association, const Failure& failure);
  void count_failure(const Failure& failure, bool was_established);
  void remove(Association& association);

  // engine_events.cc
  void report_connected(const Association& association);
  void report_handshake(Association& association);
  void report_key_log(Association& association);
  void report_session(Association& association);
  void report_removed_sessions(const Context& context);
  void report_closed(const Association& association, const Failure& failure, bool was_established);
  void report_client_error(const Association& association, const Failure& failure);

  EngineOptions options_;
  std::shared_ptr<const Context> server_;
  Outbox& outbox_;
  EventSink& events_;
  CipherCache& ciphers_;
  Counters& counters_;
  DatagramBio bio_;                          // outlives the associations that use it
  std::unique_ptr<HelloVerifier> verifier_;  // servers only
  DeadlineQueue deadlines_;
  PeerTable peers_;
  AddressCounts addresses_;
  std::vector<Backlog> backlog_;
  DeferredDatagrams deferred_;
  uint64_t handshake_steps_ = 0;
  Refusal refusal_;
  HandshakeTimeouts timeouts_;
  Micros now_ = 0;  ///< of the call that is under way
  bool deferring_ = false;
};

}  // namespace core
