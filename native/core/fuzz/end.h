#pragma once

#include <array>
#include <memory>
#include <set>
#include <vector>

#include "../test/link.h"
#include "fuzz.h"

/// An engine whose caller keeps to the contract, with so little room for events that it has to use it, and what must be
/// true of an engine after every call.
class End {
 public:
  static constexpr size_t kMaxPeers = 3;
  /// Handshakes that a busy server begins before an idle peer has made room.
  static constexpr size_t kOverbooked = 1;
  /// Of a busy server.
  static constexpr core::Micros kIdleTimeout = 60'000'000;
  static constexpr core::Micros kEvictAfter = 10'000'000;

  struct Options {
    bool busy = false;     ///< idle peers go
    bool limited = false;  ///< few handshakes, few peers of one address
  };
  End(int32_t number, Options options, std::shared_ptr<const core::Context> server);

  void receive(core::ByteView datagram, const core::Address& from, core::Micros now);
  /// Handles what was deferred.
  void catch_up(core::Micros now);
  /// Until no deadline is due.
  void tick(core::Micros now);
  void transport_failed(const core::Address& to);
  /// Ends an association, with a goodbye or without.
  void close(core::PeerId peer, bool goodbye);
  void close_all();

  /// What the engine reported since the last take.
  std::vector<Side::Event> take_events() { return std::exchange(events_, {}); }
  void require_consistent() const;

  core::Engine& engine() { return engine_; }
  core::Outbox& outbox() { return outbox_; }
  const core::Counters& counters() const { return counters_; }
  bool established(core::PeerId peer) const { return established_.contains(peer); }

 private:
  static constexpr size_t kEventRoom = core::EventSink::kReservedEvents + 1;
  static constexpr size_t kPayloadRoom = 2 * core::EventSink::kMaxPayload + 1000;

  void settle();
  void deliver();
  void note(const Side::Event& event);
  size_t successors() const;

  std::array<core::EventRecord, kEventRoom> records_{};
  std::unique_ptr<uint8_t[]> slab_;
  core::Outbox outbox_;
  core::EventSink sink_;
  core::CipherCache ciphers_;
  core::Counters counters_{};
  core::Engine engine_;
  std::vector<Side::Event> events_;
  std::set<core::PeerId> established_;
};
