#pragma once

#include <optional>
#include <unordered_map>

#include "../bytes.h"
#include "fault_rule.h"
#include "pcg32.h"

namespace core {

/// For tables of peers by address. The seed is not secret: faults are for tests, and their tables are bounded.
struct AddressHash {
  size_t operator()(const Address& address) const { return static_cast<size_t>(address.hash(0x9e3779b97f4a7c15)); }
};

/// One rule at work: what it has seen, and its random numbers. These are its own, so that one rule does not change what
/// another one draws.
class RuleState {
 public:
  /// Peers whose datagrams are counted by themselves; those above share one count.
  static constexpr size_t kMaxPeers = size_t{1} << 20;

  RuleState(const FaultRule& rule, Micros start, uint64_t seed, uint64_t stream)
      : rule_(rule), start_(start), random_(seed, stream) {}

  const FaultRule& rule() const { return rule_; }
  Pcg32& random() { return random_; }

  /// The part of `datagram` that the rule is about, when it acts on it; counts both.
  std::optional<ByteView> choose(const Address& peer, ByteView datagram, Micros now, RuleCounters& counters);

  /// When a datagram that is delayed now is due. Draws.
  Micros due(Micros now);

 private:
  struct Tally {
    uint64_t matched = 0;
    uint64_t applied = 0;
  };

  bool is_time(Micros now) const;
  bool is_turn(Tally& tally);
  Tally& tally_of(const Address& peer);
  bool counts() const { return rule_.first > 1 || rule_.last > 0 || rule_.step > 1 || rule_.limit > 0; }

  const FaultRule rule_;
  const Micros start_;
  Pcg32 random_;
  Micros latest_due_ = 0;
  Tally shared_;
  std::unordered_map<Address, Tally, AddressHash> by_peer_;
};

}  // namespace core
