#include "engine.h"

#include <algorithm>
#include <utility>

namespace core {
namespace {

/// Deadlines handled per tick(), so that one burst of expiries cannot hold up established peers.
constexpr int kDeadlinesPerTick = 64;

}  // namespace

Engine::Engine(const EngineOptions& options, std::shared_ptr<const Context> server, Outbox& outbox, EventSink& events,
               CipherCache& ciphers, Counters& counters)
    : options_(options), server_(std::move(server)), outbox_(outbox), events_(events), ciphers_(ciphers),
      counters_(counters), bio_(options.number, options.ip_overhead, outbox, counters),
      addresses_(options.limits, peers_.seed()), deferred_(peers_.seed()) {
  if (server_) verifier_ = std::make_unique<HelloVerifier>();
}

Engine::~Engine() {
  peers_.for_each([this](Association& association) { deadlines_.cancel(association.deadline); });
}

// Where a datagram belongs

void Engine::receive(ByteView datagram, const Address& from, Micros now) {
  now_ = now;
  ++counters_.datagrams_received;
  counters_.bytes_received += datagram.size();
  Association* association = peers_.find(from);
  if (association == nullptr) return receive_from_stranger(datagram, from, now);
  if (association->phase == Association::Phase::kEstablished) {
    return receive_from_established(*association, datagram, now);
  }
  receive_from_half_open(*association, datagram, now);
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
  if (verify(datagram, from, now, hello) != HelloVerifier::Verdict::kVerified || defer(datagram, from)) return;
  accept(datagram, hello, from, now);
}

/// A client that lost its state in mid-handshake must not wait for our half-open association to expire. Its new hello
/// takes the cookie path; only a verified one with another random replaces what was there. Of a hello in fragments that
/// is decided by the first one; the others are for libssl, as are repeated ones.
void Engine::receive_from_half_open(Association& association, ByteView datagram, Micros now) {
  const Address from = association.peer();
  if (server_ && association.role() == Role::kServer && looks_like_client_hello(datagram)) {
    ClientHello hello;
    if (verify(datagram, from, now, hello) != HelloVerifier::Verdict::kVerified || defer(datagram, from)) return;
    if (!association.connection()->started_by(hello.random())) {
      give_up(association);
      return accept(datagram, hello, from, now);
    }
  } else if (defer(datagram, from)) {
    return;
  }
  association.traffic().note_received(datagram.size());
  feed_handshake(association, datagram, now);
}

void Engine::receive_from_established(Association& association, ByteView datagram, Micros now) {
  if (server_ && association.role() == Role::kServer && looks_like_client_hello(datagram)) {
    return receive_second_hello(association, datagram, now);
  }
  if (association.successor != 0) {
    if (is_for_successor(datagram, association.peer()) && defer(datagram, association.peer())) return;
    association.traffic().note_received(datagram.size());
    return receive_for_two(association, association.successor, datagram, now);
  }
  association.traffic().note_received(datagram.size());
  feed_established(association, datagram);
}

void Engine::receive_second_hello(Association& association, ByteView datagram, Micros now) {
  const Address from = association.peer();
  ClientHello hello;
  if (verify(datagram, from, now, hello) != HelloVerifier::Verdict::kVerified) return;
  if (association.came_of(hello.random())) {
    ++counters_.datagrams_ignored;
    return;
  }
  if (defer(datagram, from)) return;
  if (Association* successor = peers_.find(association.successor)) {
    if (successor->connection()->started_by(hello.random())) {
      successor->traffic().note_received(datagram.size());
      return feed_handshake(*successor, datagram, now);
    }
    give_up(*successor);
  }
  accept(datagram, hello, from, now, &association);
}

/// Plain records are for the new handshake. A protected one is of the old association if it opens there, otherwise it
/// may be the new Finished. Each may be gone after each record, and the new one then be the one in front.
void Engine::receive_for_two(Association& association, PeerId successor, ByteView datagram, Micros now) {
  const Address from = association.peer();
  RecordHeader header;
  ByteView payload;
  for (ByteView rest = datagram, before = rest; next_record(rest, header, payload); before = rest) {
    const ByteView record = before.first(before.size() - rest.size());
    Association* front = peers_.find(from);
    if (front == nullptr) return;
    if (!events_.has_room()) return wait_for_room(*front, before);
    const bool established = front->phase == Association::Phase::kEstablished;
    const bool of_two = front->successor == successor;
    if (established && (header.epoch != 0 || !of_two)) {
      const uint64_t ignored = counters_.datagrams_ignored;
      feed_established(*front, record);
      if (!of_two || counters_.datagrams_ignored == ignored) continue;
      counters_.datagrams_ignored = ignored;
    }
    if (Association* next = peers_.find(successor); next != nullptr && next->connection() != nullptr) {
      feed_handshake(*next, record, now);
    }
  }
}

bool Engine::defer(ByteView datagram, const Address& from) {
  if (!deferring_) return false;
  ++(deferred_.add(datagram, from) ? counters_.handshake_datagrams_deferred : counters_.handshake_datagrams_dropped);
  return true;
}

/// Behind what waits already, so that a handshake's records keep their order; a message of the old association among
/// them waits with them.
bool Engine::is_for_successor(ByteView datagram, const Address& from) const {
  RecordHeader header;
  ByteView payload;
  return (next_record(datagram, header, payload) && header.epoch == 0) || deferred_.holds(from);
}

void Engine::handle_deferred(Micros now) {
  if (deferred_.empty()) return;
  const DeferredDatagrams::Datagram oldest = deferred_.take();
  --counters_.datagrams_received;  // it is counted again
  counters_.bytes_received -= oldest.bytes.size();
  const bool deferring = std::exchange(deferring_, false);
  receive(oldest.bytes, oldest.from, now);
  deferring_ = deferring;
}

void Engine::resume() {
  for (const Backlog& waiting : std::exchange(backlog_, {})) {
    Association* association = peers_.find(waiting.peer);
    if (association == nullptr) continue;
    association->in_backlog = false;
    if (waiting.records.empty())
      read_from_libssl(*association, {});
    else if (association->successor != 0)
      receive_for_two(*association, association->successor, waiting.records, now_);
    else if (association->phase == Association::Phase::kHandshaking)
      feed_handshake(*association, waiting.records, now_);
    else
      feed_established(*association, waiting.records);
  }
}

void Engine::wait_for_room(Association& association, ByteView records) {
  association.in_backlog = true;
  backlog_.push_back({association.id, {records.begin(), records.end()}});
}

// Time

void Engine::tick(Micros now) {
  now_ = now;
  for (int i = 0; i < kDeadlinesPerTick && events_.has_room(); ++i) {
    const Deadline* expired = deadlines_.take_expired(now);
    if (expired == nullptr) return;
    if (Association* association = peers_.find(expired->owner)) expire(*association, now);
  }
}

void Engine::expire(Association& association, Micros now) {
  if (association.phase == Association::Phase::kHandshaking)
    expire_handshake(association, now);
  else
    expire_established(association, now);
}

// What the caller wants

Engine::ConnectResult Engine::connect(const Address& to, std::shared_ptr<const Context> context,
                                      ClientParameters parameters, Micros now) {
  if (peers_.size() >= options_.max_peers) return {Status::kPeerLimit, 0};
  if (peers_.find(to) != nullptr) return {Status::kAddressInUse, 0};
  Status status = Status::kOk;
  auto association = Association::connect(std::move(context), bio_, to, std::move(parameters), status);
  if (!association) return {status, 0};
  if (association->connection()->handshake(bio_, {}, now) != DtlsConnection::Progress::kPending) {
    return {Status::kLibrary, 0};
  }
  Association* inserted = insert(std::move(association), now, nullptr);
  if (inserted == nullptr) return {Status::kPeerLimit, 0};
  return {Status::kOk, inserted->id};
}

Status Engine::readdress(PeerId peer, const Address& to) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->role() != Role::kClient) return Status::kNotConnected;
  if (peers_.find(to) != nullptr) return Status::kAddressInUse;
  addresses_.readdress(association->peer(), to, association->phase == Association::Phase::kHandshaking);
  peers_.readdress(*association, to);
  return Status::kOk;
}

Status Engine::send(PeerId peer, ByteView message) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase != Association::Phase::kEstablished) return Status::kNotConnected;
  if (message.size() > association->inner_mtu()) return Status::kTooLarge;
  if (message.empty()) return Status::kOk;  // as with libssl, which has no empty records to send
  if (RecordLayer* records = association->records()) {
    if (!records->can_seal()) {
      deadlines_.set(association->deadline, 0);
      return Status::kExhausted;
    }
    if (!write_record(*association, content_type::kApplicationData, message)) return Status::kLibrary;
  } else if (!association->connection()->write(bio_, message)) {
    return Status::kLibrary;
  }
  ++counters_.messages_sent;
  return Status::kOk;
}

Status Engine::close(PeerId peer) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  if (association->phase == Association::Phase::kEstablished) say_goodbye(*association);
  return forget(peer);
}

Status Engine::forget(PeerId peer) {
  Association* association = peers_.find(peer);
  if (association == nullptr) return Status::kNoSuchPeer;
  ++(association->phase == Association::Phase::kEstablished ? counters_.peers_closed : counters_.handshakes_failed);
  remove(*association);
  return Status::kOk;
}

void Engine::close_all() {
  deferred_.clear();
  peers_.for_each([this](Association& association) { close(association.id); });
}

void Engine::forget_all() {
  deferred_.clear();
  peers_.for_each([this](Association& association) { forget(association.id); });
  if (verifier_) verifier_ = std::make_unique<HelloVerifier>();
}

void Engine::set_server(std::shared_ptr<const Context> server) {
  server_ = std::move(server);
  if (server_ && !verifier_) verifier_ = std::make_unique<HelloVerifier>();
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

// The table

Association* Engine::insert(std::unique_ptr<Association> association, Micros now, Association* predecessor) {
  Association* inserted =
      predecessor == nullptr ? peers_.insert(std::move(association)) : peers_.insert_behind(std::move(association));
  if (inserted == nullptr) {
    ++counters_.peers_refused;
    return nullptr;
  }
  if (predecessor != nullptr) {
    predecessor->successor = inserted->id;
    inserted->predecessor = predecessor->id;
  }
  inserted->deadline.owner = inserted->id;
  addresses_.add_handshake(inserted->peer());
  ++counters_.handshakes_started;
  ++counters_.peers;
  ++counters_.peers_handshaking;
  counters_.association_bytes += sizeof(Association);
  schedule(*inserted, now);
  return inserted;
}

void Engine::fail(Association& association, const Failure& failure) {
  const bool was_established = association.phase == Association::Phase::kEstablished;
  count_failure(failure, was_established);
  if (association.connection() != nullptr) report_removed_sessions(association.connection()->context());
  if (was_established || association.role() == Role::kClient) {
    report_closed(association, failure, was_established);
  } else if (!association.connection()->error_reported) {
    report_client_error(association, failure);
  }
  remove(association);
}

void Engine::count_failure(const Failure& failure, bool was_established) {
  if (failure.cause == Cause::kAlertReceived) ++counters_.alerts_received;
  if (!was_established) {
    ++counters_.handshakes_failed;
    if (failure.cause == Cause::kTimeout) ++counters_.handshakes_timed_out;
    if (failure.cause == Cause::kAlertReceived) ++counters_.handshakes_alerted;
    if (failure.cause == Cause::kVerify) ++counters_.handshakes_unverified;
    if (failure.cause == Cause::kRejected) ++counters_.handshakes_rejected;
    return;
  }
  switch (failure.cause) {
    case Cause::kCloseNotify:
      ++counters_.peers_closed;
      break;
    case Cause::kIdle:
      ++counters_.peers_expired;
      break;
    case Cause::kEvicted:
      ++counters_.peers_evicted;
      break;
    case Cause::kReplaced:
      ++counters_.peers_replaced;
      break;
    default:
      ++counters_.peers_failed;
  }
}

void Engine::remove(Association& association) {
  deadlines_.cancel(association.deadline);
  const bool handshaking = association.phase == Association::Phase::kHandshaking;
  --counters_.peers;
  if (handshaking)
    --counters_.peers_handshaking;
  else if (association.connection() != nullptr)
    --counters_.peers_on_libssl;
  counters_.association_bytes -= sizeof(Association);
  addresses_.remove(association.peer(), handshaking);
  Association* predecessor = peers_.find(association.predecessor);
  if (predecessor != nullptr) predecessor->successor = 0;
  Association* successor = peers_.find(association.successor);
  peers_.erase(association.id);
  if (successor == nullptr) return;
  successor->predecessor = 0;
  peers_.put_in_front(*successor);
}

}  // namespace core
