#include "engine.h"

#include <utility>

namespace core {
namespace {

/// Deadlines handled per tick(), so that one burst of expiries cannot hold up established peers.
constexpr int kDeadlinesPerTick = 64;

}  // namespace

Engine::Engine(const EngineOptions& options, std::shared_ptr<const Context> server, Outbox& outbox, EventSink& events,
               Counters& counters)
    : options_(options), server_(std::move(server)), outbox_(outbox), events_(events), counters_(counters),
      bio_(options.number, options.ip_overhead, outbox, counters) {
  if (server_) verifier_ = std::make_unique<HelloVerifier>();
}

Engine::~Engine() {
  peers_.for_each([this](Association& association) { deadlines_.cancel(association.deadline); });
}

void Engine::receive(ByteView datagram, const Address& from, Micros now) {
  ++counters_.datagrams_received;
  counters_.bytes_received += datagram.size();
  if (Association* association = peers_.find(from)) {
    receive_from_peer(*association, datagram, now);
  } else {
    receive_from_stranger(datagram, from, now);
  }
}

void Engine::receive_from_stranger(ByteView datagram, const Address& from, Micros now) {
  RecordHeader header;
  ByteView rest = datagram;
  ByteView payload;
  if (!next_record(rest, header, payload)) {
    ++counters_.datagrams_malformed;
    return;
  }
  if (!server_ || !looks_like_client_hello(datagram)) {
    ++counters_.datagrams_unroutable;
    return;
  }
  ClientHello hello;
  if (verify(datagram, from, now, hello) == HelloVerifier::Verdict::kVerified) accept(datagram, hello, from, now);
}

HelloVerifier::Verdict Engine::verify(ByteView datagram, const Address& from, Micros now, ClientHello& hello) {
  HelloVerifier::Reply reply;
  auto verdict = verifier_->check(datagram, from, now, hello, reply);
  // Fragments are gathered in a buffer of the announced size.
  const bool known = verdict != HelloVerifier::Verdict::kMalformed;
  if (known && hello.length > server_->max_handshake_message()) verdict = HelloVerifier::Verdict::kMalformed;
  switch (verdict) {
    case HelloVerifier::Verdict::kVerified:
      break;
    case HelloVerifier::Verdict::kMalformed:
      ++counters_.datagrams_malformed;
      break;
    case HelloVerifier::Verdict::kBadCookie:
      ++counters_.cookies_rejected;
      [[fallthrough]];
    case HelloVerifier::Verdict::kReply:
      ++counters_.hello_verify_requests;
      bio_.write_directly(from, reply);
      break;
  }
  return verdict;
}

void Engine::accept(ByteView datagram, const ClientHello& hello, const Address& from, Micros now) {
  if (peers_.size() >= options_.max_peers) {
    ++counters_.peers_refused;
    return;
  }
  auto association = Association::accept(server_, bio_, from, datagram, hello);
  if (!association) {
    ++counters_.datagrams_ignored;
    return;
  }
  association->count_received(datagram.size());
  Association* inserted = insert(std::move(association), now);
  if (inserted == nullptr) return;
  if (hello.message_sequence != 1) return feed_handshake(*inserted, datagram, now);
  // libssl has it, but not the records behind it, which may hold the other fragments.
  const PeerId id = inserted->id;
  step_handshake(*inserted, {}, now);
  const ByteView others = datagram.subspan(RecordHeader::kSize + hello.record.length);
  if (!hello.whole && !others.empty() && peers_.find(id) != nullptr) feed_handshake(*inserted, others, now);
}

Association* Engine::insert(std::unique_ptr<Association> association, Micros now) {
  Association* inserted = peers_.insert(std::move(association));
  if (inserted == nullptr) {
    ++counters_.peers_refused;
    return nullptr;
  }
  inserted->deadline.owner = inserted->id;
  ++counters_.handshakes_started;
  ++counters_.peers;
  ++counters_.peers_handshaking;
  schedule(*inserted, now);
  return inserted;
}

void Engine::receive_from_peer(Association& association, ByteView datagram, Micros now) {
  association.count_received(datagram.size());
  if (association.phase == Association::Phase::kEstablished) {
    feed_established(association, datagram);
    return;
  }
  if (restart_handshake(association, datagram, now)) return;
  feed_handshake(association, datagram, now);
}

/// A client that lost its state in mid-handshake must not wait for our half-open association to expire. Its new hello
/// takes the cookie path; only a verified one with another random replaces what was there. Of a hello in fragments that
/// is decided by the first one; the others are for libssl, as are repeated ones.
bool Engine::restart_handshake(Association& association, ByteView datagram, Micros now) {
  if (!server_ || association.role() != Role::kServer || !looks_like_client_hello(datagram)) return false;
  const Address from = association.peer();
  ClientHello hello;
  if (verify(datagram, from, now, hello) != HelloVerifier::Verdict::kVerified) return true;
  if (association.started_by(hello.random())) return false;
  ++counters_.handshakes_failed;
  remove(association);
  accept(datagram, hello, from, now);
  return true;
}

/// Feeds the runs of records between those that libssl must not see, usually the whole datagram at once. Protected
/// records behind the one that completes the handshake are those of an established association.
void Engine::feed_handshake(Association& association, ByteView datagram, Micros now) {
  const PeerId id = association.id;
  RecordHeader header;
  ByteView payload;
  ByteView rest = datagram;
  ByteView run = datagram;
  size_t records = 0;
  for (ByteView before = rest; next_record(rest, header, payload); before = rest) {
    ++records;
    // The Finished of a server that resumes comes with its ServerHello, which has to be read first.
    const bool too_early = header.epoch != 0 && !association.suite_known();
    if (!too_early && association.admits(header, payload)) continue;
    const ByteView admitted = run.first(static_cast<size_t>(before.data() - run.data()));
    run = before;
    if (!admitted.empty()) {
      step_handshake(association, admitted, now);
      if (peers_.find(id) == nullptr) return;
      if (association.phase == Association::Phase::kEstablished) return feed_established(association, before);
    }
    if (too_early && association.admits(header, payload)) continue;
    run = rest;
    ++counters_.datagrams_ignored;
  }
  if (records == 0) ++counters_.datagrams_malformed;
  if (records > 0 && !run.empty()) step_handshake(association, run, now);
}

/// Feeds the whole datagram, or the runs of records between those that libssl must not see.
void Engine::feed_established(Association& association, ByteView datagram) {
  const PeerId id = association.id;
  RecordHeader header;
  ByteView payload;
  ByteView rest = datagram;
  ByteView run = datagram;
  for (ByteView before = rest; next_record(rest, header, payload); before = rest) {
    if (!association.too_short(header)) continue;
    ++counters_.datagrams_ignored;
    const ByteView admitted = run.first(static_cast<size_t>(before.data() - run.data()));
    run = rest;
    if (!admitted.empty()) read_messages(association, admitted);
    if (peers_.find(id) == nullptr || run.empty()) return;
  }
  read_messages(association, run);
}

void Engine::step_handshake(Association& association, ByteView datagram, Micros now) {
  const Association::Progress progress = association.handshake(bio_, datagram, now);
  report_handshake(association);
  switch (progress) {
    case Association::Progress::kEstablished:
      established(association);
      if (association.has_pending()) read_messages(association, {});
      return;
    case Association::Progress::kFailed:
      fail(association, association.failure());
      return;
    case Association::Progress::kPending:
      break;
  }
  if (!association.error_reported && association.role() == Role::kServer && association.finished_unreadable()) {
    // Not the end: a forged or damaged record looks the same, and the real Finished may still come.
    association.error_reported = true;
    ++counters_.finished_undecryptable;
    report_client_error(association, {Cause::kBadFinished, 0, {}});
  }
  schedule(association, now);
}

void Engine::established(Association& association) {
  deadlines_.cancel(association.deadline);
  ++counters_.handshakes_completed;
  --counters_.peers_handshaking;

  report_connected(association);
}

void Engine::read_messages(Association& association, ByteView datagram) {
  const bool fed = !datagram.empty();
  const uint64_t sent_before = counters_.datagrams_sent;
  bool any = false;
  for (;;) {
    if (!events_.has_room()) {
      if (!association.in_backlog) backlog_.push_back(association.id);
      association.in_backlog = true;
      if (!datagram.empty()) ++counters_.datagrams_ignored;
      return;
    }
    size_t size = 0;
    switch (association.read(bio_, datagram, events_.payload_cursor(), EventSink::kMaxPayload, size)) {
      case Association::ReadResult::kMessage:
        any = true;
        ++counters_.messages_received;
        events_.commit(EventKind::kMessage, options_.number, association.id, size);
        if (datagram.empty() && !association.has_pending()) return;
        break;
      case Association::ReadResult::kNothing:
        if (fed && !any && counters_.datagrams_sent == sent_before) ++counters_.datagrams_ignored;
        return;
      case Association::ReadResult::kCloseNotify:
        association.shutdown(bio_);
        fail(association, {Cause::kCloseNotify, 0, {}});
        return;
      case Association::ReadResult::kFailed:
        fail(association, association.failure());
        return;
    }
  }
}

void Engine::resume() {
  const std::vector<PeerId> waiting = std::exchange(backlog_, {});
  for (const PeerId id : waiting) {
    Association* association = peers_.find(id);
    if (association == nullptr) continue;
    association->in_backlog = false;
    read_messages(*association, {});
  }
}

void Engine::tick(Micros now) {
  for (int i = 0; i < kDeadlinesPerTick && events_.has_room(); ++i) {
    const Deadline* expired = deadlines_.take_expired(now);
    if (expired == nullptr) return;
    if (Association* association = peers_.find(expired->owner)) expire(*association, now);
  }
}

void Engine::expire(Association& association, Micros now) {
  if (std::exchange(association.session_answered, false)) {
    association.idle_deadline_set = false;
    step_handshake(association, {}, now);
    return;
  }
  const bool repeated = association.timer.running() &&
                        association.timer.expire(now) == RetransmissionTimer::Verdict::kRetransmit &&
                        association.retransmit(bio_);
  if (!repeated) {
    ++counters_.handshakes_timed_out;
    fail(association, {Cause::kTimeout, 0, {}});
    return;
  }
  ++counters_.flights_retransmitted;
  schedule(association, now);
}

/// A handshaking association always has a deadline: its flight's, or the patience of one whole schedule while it is
/// the peer's turn and nothing of ours is in the air.
void Engine::schedule(Association& association, Micros now) {
  if (association.timer.running()) {
    association.idle_deadline_set = false;
    deadlines_.set(association.deadline, association.timer.deadline());
  } else if (!association.idle_deadline_set) {
    association.idle_deadline_set = true;
    deadlines_.set(association.deadline, now + association.timer.patience());
  }
}

void Engine::transport_failed(const Address& to, int error_number) {
  ++counters_.transport_errors;
  Association* association = peers_.find(to);
  if (association == nullptr || association->role() != Role::kClient) return;
  if (association->phase == Association::Phase::kHandshaking) {
    fail(*association, {Cause::kTransport, error_number, {}});
  } else {
    events_.commit(EventKind::kPeerError, options_.number, association->id, 0, 0, error_number);
  }
}

Engine::ConnectResult Engine::connect(const Address& to, std::shared_ptr<const Context> context,
                                      ClientParameters parameters, Micros now) {
  if (peers_.size() >= options_.max_peers) return {Status::kPeerLimit, 0};
  if (peers_.find(to) != nullptr) return {Status::kAddressInUse, 0};
  Status status = Status::kOk;
  auto association = Association::connect(std::move(context), bio_, to, std::move(parameters), status);
  if (!association) return {status, 0};
  if (association->handshake(bio_, {}, now) != Association::Progress::kPending) return {Status::kLibrary, 0};
  Association* inserted = insert(std::move(association), now);
  if (inserted == nullptr) return {Status::kPeerLimit, 0};
  return {Status::kOk, inserted->id};
}

Status Engine::send(PeerId peer, ByteView message) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase != Association::Phase::kEstablished) return Status::kNotConnected;
  if (message.size() > static_cast<size_t>(association->inner_mtu())) return Status::kTooLarge;
  if (message.empty()) return Status::kOk;  // libssl has no empty records to send
  if (!association->write(bio_, message)) return Status::kLibrary;
  ++counters_.messages_sent;
  return Status::kOk;
}

Status Engine::close(PeerId peer) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase == Association::Phase::kEstablished) association->shutdown(bio_);
  return forget(peer);
}

Status Engine::forget(PeerId peer) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase != Association::Phase::kEstablished) ++counters_.handshakes_failed;
  remove(*association);
  return Status::kOk;
}

void Engine::set_server(std::shared_ptr<const Context> server) {
  server_ = std::move(server);
  if (server_ && !verifier_) verifier_ = std::make_unique<HelloVerifier>();
}

Status Engine::answer_session(PeerId peer, ByteView der) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->wanted_session() == nullptr) return Status::kNotConnected;
  association->provide_session(der);
  association->session_asked = false;
  association->session_answered = true;
  deadlines_.set(association->deadline, 0);
  return Status::kOk;
}

void Engine::close_all() {
  peers_.for_each([this](Association& association) { close(association.id); });
}

void Engine::fail(Association& association, const Failure& failure) {
  const bool was_established = association.phase == Association::Phase::kEstablished;
  if (!was_established) ++counters_.handshakes_failed;
  if (failure.cause == Cause::kAlertReceived) ++counters_.alerts_received;
  report_removed_sessions(association.context());
  if (was_established || association.role() == Role::kClient) {
    report_closed(association, failure, was_established);
  } else if (!association.error_reported) {
    report_client_error(association, failure);
  }
  remove(association);
}

void Engine::remove(Association& association) {
  deadlines_.cancel(association.deadline);
  --counters_.peers;
  if (association.phase == Association::Phase::kHandshaking) --counters_.peers_handshaking;
  peers_.erase(association.id);
}

}  // namespace core
