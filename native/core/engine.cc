#include "engine.h"

#include <utility>

#include "payload_writer.h"

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
  const auto verdict = verifier_->check(datagram, from, now, hello, reply);
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
  const bool libssl_has_it = hello.message_sequence == 1;
  Association* inserted = insert(std::move(association), now);
  if (inserted != nullptr) step_handshake(*inserted, libssl_has_it ? ByteView{} : datagram, now);
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
/// takes the cookie path; only a verified one with another random replaces what was there.
bool Engine::restart_handshake(Association& association, ByteView datagram, Micros now) {
  if (association.role() != Role::kServer || !looks_like_client_hello(datagram)) return false;
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
    if (association.admits(header, payload)) continue;
    const ByteView admitted = run.first(static_cast<size_t>(before.data() - run.data()));
    run = rest;
    if (!admitted.empty()) {
      step_handshake(association, admitted, now);
      Association* still = peers_.find(id);
      if (still == nullptr) return;
      if (still->phase == Association::Phase::kEstablished) return feed_established(*still, before);
    }
    ++counters_.datagrams_ignored;
  }
  if (records == 0) {
    ++counters_.datagrams_malformed;
  } else if (!run.empty()) {
    step_handshake(association, run, now);
  }
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
  if (association.has_key_log()) report_key_log(association);
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

  PayloadWriter payload(events_);
  payload.sized(association.peer().ip_text());
  payload.text(association.psk_identity());
  const int32_t flags =
      (association.resumed() ? kFlagResumed : 0) | (association.role() == Role::kServer ? kFlagServer : 0);
  events_.commit(EventKind::kConnected, options_.number, association.id, payload.size(), association.cipher_suite(),
                 association.inner_mtu(), association.peer().port << 8 | flags);
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
  if (association->phase == Association::Phase::kHandshaking) fail(*association, {Cause::kTransport, error_number, {}});
}

Engine::ConnectResult Engine::connect(const Address& to, std::shared_ptr<const Context> context,
                                      ClientCredentials credentials, Micros now) {
  if (peers_.size() >= options_.max_peers) return {Status::kPeerLimit, 0};
  if (peers_.find(to) != nullptr) return {Status::kAddressInUse, 0};
  auto association = Association::connect(std::move(context), bio_, to, std::move(credentials));
  if (!association) return {Status::kOutOfMemory, 0};
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
  if (association->phase == Association::Phase::kEstablished) {
    association->shutdown(bio_);
  } else {
    ++counters_.handshakes_failed;
  }
  remove(*association);
  return Status::kOk;
}

void Engine::close_all() {
  peers_.for_each([this](Association& association) { close(association.id); });
}

void Engine::fail(Association& association, const Failure& failure) {
  const bool was_established = association.phase == Association::Phase::kEstablished;
  if (!was_established) ++counters_.handshakes_failed;
  if (failure.cause == Cause::kAlertReceived) ++counters_.alerts_received;
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

void Engine::report_key_log(Association& association) {
  const Secret lines = association.take_key_log();
  ByteView rest = lines.view();
  while (!rest.empty()) {
    size_t length = 0;
    while (length < rest.size() && rest[length] != '\n') ++length;
    PayloadWriter payload(events_);
    payload.bytes(rest.first(length));
    events_.commit(EventKind::kKeylog, options_.number, association.id, payload.size());
    rest = rest.subspan(length < rest.size() ? length + 1 : length);
  }
}

void Engine::report_closed(const Association& association, const Failure& failure, bool was_established) {
  PayloadWriter payload(events_);
  const PeerTraffic& traffic = association.traffic();
  payload.bytes({reinterpret_cast<const uint8_t*>(&traffic), sizeof traffic});
  payload.text(failure.reason);
  events_.commit(EventKind::kClosed, options_.number, association.id, payload.size(),
                 static_cast<int32_t>(failure.cause), failure.code, was_established ? 1 : 0);
}

void Engine::report_client_error(const Association& association, const Failure& failure) {
  PayloadWriter payload(events_);
  payload.sized(association.peer().ip_text());
  payload.sized(association.psk_identity());
  payload.text(failure.reason);
  events_.commit(EventKind::kClientError, options_.number, association.id, payload.size(),
                 static_cast<int32_t>(failure.cause), failure.code, association.peer().port);
}

}  // namespace core
