#pragma once

#include <memory>
#include <string>
#include <vector>

#include "address.h"
#include "association.h"
#include "bytes.h"
#include "clock.h"
#include "context.h"
#include "counters.h"
#include "datagram_bio.h"
#include "deadline_queue.h"
#include "event_sink.h"
#include "hello_verifier.h"
#include "outbox.h"
#include "peer_table.h"
#include "status.h"

namespace core {

struct EngineOptions {
  int32_t number = 0;         ///< tag of this engine in events and outgoing datagrams
  size_t max_peers = 100000;  ///< associations, half-open ones included
  int ip_overhead = 28;       ///< bytes of IP and UDP headers per datagram: 28 over IPv4, 48 over IPv6
};

/// The sans-IO endpoint: everything that one UDP socket's traffic means, without the socket, the clock and callbacks.
/// Not thread-safe. The outbox, the sink and the counters must outlive it.
///
/// Contract with the caller:
///  - before receive(), resume() and tick(): `events.has_room()`;
///  - after each of them: while has_backlog(), deliver the events and call resume();
///  - after any call: send what is in the outbox, and come back with tick() at next_deadline().
/// connect(), send() and close() never add events, so they may be called while events are being delivered.
class Engine {
 public:
  /// `server` may be null: then every datagram from a stranger is dropped.
  Engine(const EngineOptions& options, std::shared_ptr<const Context> server, Outbox& outbox, EventSink& events,
         Counters& counters);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Handles one datagram. `datagram` is borrowed for the call.
  void receive(ByteView datagram, const Address& from, Micros now);

  /// The kernel cut a datagram: it cannot be a DTLS record and is dropped.
  void receive_truncated() { ++counters_.datagrams_truncated; }

  /// The transport reported an error for `to` (ICMP port unreachable and the like). Ends a handshake with that peer
  /// as client; an established association stays, since such reports are not authenticated, and kPeerError tells.
  void transport_failed(const Address& to, int error_number);

  /// True when decrypted records wait in libssl because the sink was full.
  bool has_backlog() const { return !backlog_.empty(); }
  void resume();

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

  /// From now on clients are taken with `server`; null: no new ones any more.
  void set_server(std::shared_ptr<const Context> server);
  /// For a handshake that kSessionWanted reported; `der` is empty when there is no such session. The handshake goes on
  /// with the next tick(), which is due at once.
  Status answer_session(PeerId peer, ByteView der);

  /// Seals `message` into one record. kTooLarge above the inner MTU: nothing is sent.
  Status send(PeerId peer, ByteView message);

  /// Ends an association, with close_notify when it was established. No event follows: the caller knows.
  Status close(PeerId peer);
  /// The same without a word to the peer.
  Status forget(PeerId peer);
  /// The same for all of them: the endpoint itself is going away.
  void close_all();

  /// Null for an id that is not (or no longer) in the table.
  const Association* find(PeerId peer) const { return peers_.find(peer); }

 private:
  void receive_from_stranger(ByteView datagram, const Address& from, Micros now);
  void receive_from_peer(Association& association, ByteView datagram, Micros now);
  /// A ClientHello for a half-open association. True when it was dealt with here and the association may be gone.
  bool restart_handshake(Association& association, ByteView datagram, Micros now);
  HelloVerifier::Verdict verify(ByteView datagram, const Address& from, Micros now, ClientHello& hello);
  void accept(ByteView datagram, const ClientHello& hello, const Address& from, Micros now);

  void feed_handshake(Association& association, ByteView datagram, Micros now);
  void feed_established(Association& association, ByteView datagram);
  void step_handshake(Association& association, ByteView datagram, Micros now);
  void read_messages(Association& association, ByteView datagram);
  void expire(Association& association, Micros now);
  void schedule(Association& association, Micros now);

  void established(Association& association);
  void fail(Association& association, const Failure& failure);
  void remove(Association& association);
  Association* insert(std::unique_ptr<Association> association, Micros now);

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
  Counters& counters_;
  DatagramBio bio_;                          // outlives the associations that use it
  std::unique_ptr<HelloVerifier> verifier_;  // servers only
  DeadlineQueue deadlines_;
  PeerTable peers_;
  std::vector<PeerId> backlog_;
};

}  // namespace core
