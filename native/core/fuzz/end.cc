#include "end.h"

#include <algorithm>
#include <cerrno>

namespace {

/// Deadlines that may be due at once: one for each association, and those that handling them makes.
constexpr int kMostTicks = 20;

core::EngineOptions engine_options(int32_t number, End::Options options) {
  core::EngineOptions engine{.number = number, .max_peers = End::kMaxPeers};
  if (options.busy) {
    engine.idle_timeout = End::kIdleTimeout;
    engine.evict_after = End::kEvictAfter;
  }
  if (options.limited) {
    engine.limits = {.max_handshakes = 2, .max_peers_per_address = 2, .max_handshakes_per_address = 1};
  }
  return engine;
}

}  // namespace

End::End(int32_t number, Options options, std::shared_ptr<const core::Context> server)
    : slab_(new uint8_t[kPayloadRoom]),
      engine_(engine_options(number, options), std::move(server), outbox_, sink_, ciphers_, counters_) {
  sink_.lend_events(records_.data(), records_.size());
  sink_.lend_payload(slab_.get(), kPayloadRoom);
}

void End::receive(core::ByteView datagram, const core::Address& from, core::Micros now) {
  REQUIRE(sink_.has_room());
  engine_.receive(datagram, from, now);
  settle();
}

void End::catch_up(core::Micros now) {
  while (engine_.has_deferred()) {
    REQUIRE(sink_.has_room());
    engine_.handle_deferred(now);
    settle();
  }
}

void End::tick(core::Micros now) {
  for (int i = 0; engine_.next_deadline() <= now; ++i) {
    REQUIRE(i < kMostTicks);
    REQUIRE(sink_.has_room());
    engine_.tick(now);
    settle();
  }
}

void End::transport_failed(const core::Address& to) {
  REQUIRE(sink_.has_room());
  engine_.transport_failed(to, ECONNREFUSED);
  settle();
}

void End::close(core::PeerId peer, bool goodbye) {
  const bool known = engine_.find(peer) != nullptr;
  const core::Status status = goodbye ? engine_.close(peer) : engine_.forget(peer);
  REQUIRE(status == (known ? core::Status::kOk : core::Status::kNoSuchPeer));
  REQUIRE(engine_.find(peer) == nullptr);
  established_.erase(peer);
  REQUIRE(sink_.count() == 0);
}

void End::close_all() {
  engine_.close_all();
  established_.clear();
  require_consistent();
  REQUIRE(counters_.peers == 0);
  REQUIRE(engine_.next_deadline() == core::kNever);
  REQUIRE(!engine_.has_deferred());
  engine_.resume();
  REQUIRE(!engine_.has_backlog() && sink_.count() == 0);
}

void End::settle() {
  deliver();
  while (engine_.has_backlog()) {
    REQUIRE(sink_.has_room());
    engine_.resume();
    deliver();
  }
  require_consistent();
}

void End::deliver() {
  REQUIRE(sink_.payload_used() <= kPayloadRoom);
  for (const core::EventRecord& record : std::span(records_).first(sink_.count())) {
    const auto* payload = reinterpret_cast<const char*>(slab_.get()) + record.offset;
    events_.push_back({static_cast<core::EventKind>(record.kind), record.peer,
                       std::string(payload, static_cast<size_t>(record.length)), record.a, record.b, record.c});
    note(events_.back());
  }
  sink_.clear_events();
  // In a block of its own each time, as the binding may do: nothing may be written where the last events were.
  slab_.reset(new uint8_t[kPayloadRoom]);
  sink_.lend_payload(slab_.get(), kPayloadRoom);
}

void End::note(const Side::Event& event) {
  switch (event.kind) {
    case core::EventKind::kConnected:
      REQUIRE(established_.insert(event.peer).second);
      return;
    case core::EventKind::kMessage:
      REQUIRE(established_.contains(event.peer));
      return;
    case core::EventKind::kClosed:
      REQUIRE(established_.erase(event.peer) == (event.c == 1 ? 1U : 0U));
      return;
    default:
      return;
  }
}

void End::require_consistent() const {
  const core::Counters& c = counters_;
  REQUIRE(c.peers <= kMaxPeers + kOverbooked + successors());
  REQUIRE(c.peers == c.peers_handshaking + established_.size());
  REQUIRE(c.peers_on_libssl <= established_.size());
  REQUIRE(c.association_bytes == c.peers * sizeof(core::Association));
  REQUIRE(c.handshakes_started == c.handshakes_completed + c.handshakes_failed + c.peers_handshaking);
  REQUIRE(c.handshakes_completed ==
          c.peers_closed + c.peers_failed + c.peers_expired + c.peers_evicted + c.peers_replaced + established_.size());
  REQUIRE(c.peers_handshaking == 0 || engine_.next_deadline() != core::kNever);
  for (const core::PeerId peer : established_) REQUIRE(engine_.find(peer) != nullptr);
}

/// Handshakes beside an established association of the same address.
size_t End::successors() const {
  return static_cast<size_t>(
      std::ranges::count_if(established_, [this](core::PeerId peer) { return engine_.find(peer)->successor != 0; }));
}
