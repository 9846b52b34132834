#include "rule_state.h"

#include <algorithm>

#include "record_scan.h"

namespace core {

std::optional<ByteView> RuleState::choose(const Address& peer, ByteView datagram, Micros now, RuleCounters& counters) {
  if (!is_time(now)) return std::nullopt;
  if (rule_.larger_than > 0 && datagram.size() <= rule_.larger_than) return std::nullopt;
  const auto part = find_record(datagram, rule_);
  if (!part) return std::nullopt;
  ++counters.matched;
  Tally none;
  if (!is_turn(counts() ? tally_of(peer) : none)) return std::nullopt;
  ++counters.applied;
  return part;
}

Micros RuleState::due(Micros now) {
  const uint64_t high = random_.next();
  const uint64_t drawn = (high << 32 | random_.next()) % (2 * rule_.jitter + 1);
  const Micros due = now + rule_.delay - rule_.jitter + drawn;
  latest_due_ = std::max(latest_due_, due);
  return rule_.in_order ? latest_due_ : due;
}

bool RuleState::is_time(Micros now) const {
  Micros elapsed = now > start_ ? now - start_ : 0;
  if (rule_.period > 0) elapsed %= rule_.period;
  return elapsed >= rule_.from && elapsed < rule_.to;
}

bool RuleState::is_turn(Tally& tally) {
  ++tally.matched;
  if (tally.matched < rule_.first || (rule_.last > 0 && tally.matched > rule_.last)) return false;
  if ((tally.matched - rule_.first) % rule_.step != 0) return false;
  if (rule_.limit > 0 && tally.applied >= rule_.limit) return false;
  if (random_.next() >= rule_.probability) return false;
  ++tally.applied;
  return true;
}

RuleState::Tally& RuleState::tally_of(const Address& peer) {
  if (!rule_.per_peer) return shared_;
  const auto found = by_peer_.find(peer);
  if (found != by_peer_.end()) return found->second;
  return by_peer_.size() < kMaxPeers ? by_peer_[peer] : shared_;
}

}  // namespace core
