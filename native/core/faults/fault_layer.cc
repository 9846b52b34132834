#include "fault_layer.h"

#include <algorithm>
#include <utility>

namespace core {

void FaultLayer::set(FaultRules rules, FaultMemory memory, Micros now) {
  memory_ = std::move(memory);
  uint64_t stream = 0;
  for (const Direction direction : {Direction::kSend, Direction::kReceive}) {
    auto& states = rules_[static_cast<size_t>(direction)];
    states.clear();
    for (const FaultRule& rule : direction == Direction::kSend ? rules.send : rules.receive) {
      states.emplace_back(rule, now, rules.seed, stream++);
    }
  }
}

FaultLayer::Verdict FaultLayer::pass(Direction direction, int32_t endpoint, const Address& peer, ByteView bytes,
                                     Micros now, Outbox& out) {
  FaultCounters& counted = counters(direction);
  ++counted.datagrams;
  Passage passage;
  passage.bytes = bytes;
  changed_.clear();
  RuleCounters* of_rule = memory_.rules.get() + (direction == Direction::kSend ? 0 : rules_[0].size());
  for (RuleState& state : rules_[static_cast<size_t>(direction)]) {
    const auto part = state.choose(peer, passage.bytes, now, *of_rule++);
    if (part) apply(state, *part, now, counted, passage);
    if (passage.lost) return passage.verdict;
  }
  if (passage.hold > 0 || passage.due > now) {
    keep(direction, peer, passage, now);
  } else {
    for (uint32_t i = 0; i <= passage.copies; ++i) out.append(endpoint, peer, passage.bytes);
  }
  if (passage.hold > 0) return passage.verdict;
  queue_.overtake(direction, peer, overtaken_);
  for (Waiting& datagram : overtaken_) forward(endpoint, std::move(datagram), now, out);
  overtaken_.clear();
  return passage.verdict;
}

std::optional<Waiting> FaultLayer::take_due(Micros now) {
  while (auto datagram = queue_.take_due(now)) {
    if (datagram->delay == 0) return datagram;
    delay(std::move(*datagram), now);
  }
  return std::nullopt;
}

void FaultLayer::finish(int32_t endpoint, Outbox& out) {
  while (const auto datagram = queue_.take_due(kNever)) {
    if (datagram->direction == Direction::kReceive) {
      ++counters(Direction::kReceive).abandoned;
      continue;
    }
    for (uint32_t i = 0; i <= datagram->copies; ++i) out.append(endpoint, datagram->peer, datagram->bytes);
  }
}

void FaultLayer::apply(RuleState& state, ByteView part, Micros now, FaultCounters& counters, Passage& passage) {
  const FaultRule& rule = state.rule();
  switch (rule.fault) {
    case Fault::kLose:
      ++counters.lost;
      passage.lost = true;
      return;
    case Fault::kBlackout:
      ++counters.blacked_out;
      passage.lost = true;
      return;
    case Fault::kMtu:
      ++counters.oversized;
      passage.lost = true;
      passage.verdict.refused = rule.reported;
      return;
    case Fault::kDuplicate:
      counters.duplicated += rule.copies;
      passage.copies += rule.copies;
      return;
    case Fault::kDelay:
      ++counters.delayed;
      passage.due = std::max(passage.due, now) + (state.due(now) - now);
      return;
    case Fault::kReorder:
      ++counters.reordered;
      passage.hold = rule.delay;
      passage.places = rule.places;
      return;
    case Fault::kCorrupt:
      if (part.empty()) return;
      ++counters.corrupted;
      return corrupt(state, part, passage);
    case Fault::kTruncate: {
      const uint32_t drawn = state.random().below(static_cast<uint32_t>(passage.bytes.size()));
      const size_t keep = rule.keep.value_or(drawn);
      if (keep >= passage.bytes.size()) return;
      ++counters.truncated;
      passage.bytes = passage.bytes.first(keep);
      return;
    }
    case Fault::kRebind:
      ++counters.rebound;
      passage.verdict.rebind = &rule;
      return;
  }
}

/// `bits` different ones of `part`, as far as it has as many.
void FaultLayer::corrupt(RuleState& state, ByteView part, Passage& passage) {
  const size_t offset = static_cast<size_t>(part.data() - passage.bytes.data());
  if (passage.bytes.data() != changed_.data()) {
    changed_.assign(passage.bytes.begin(), passage.bytes.end());
    passage.bytes = changed_;
  }
  const uint32_t size = static_cast<uint32_t>(part.size()) * 8;
  const uint32_t first = state.random().below(size);
  // One bit in each of as many equal parts, so that none is turned twice.
  const uint32_t bits = std::min(state.rule().bits, size);
  for (uint32_t i = 0; i < bits; ++i) {
    const uint32_t bit = (first + static_cast<uint32_t>(uint64_t{size} * i / bits)) % size;
    changed_[offset + bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
}

void FaultLayer::keep(Direction direction, const Address& peer, const Passage& passage, Micros now) {
  Waiting datagram{direction, peer, {passage.bytes.begin(), passage.bytes.end()}, passage.copies};
  if (passage.hold > 0 && passage.due > now) datagram.delay = passage.due - now;
  const bool kept = passage.hold > 0 ? queue_.hold(std::move(datagram), now + passage.hold, passage.places)
                                     : queue_.push(std::move(datagram), passage.due);
  if (!kept) ++counters(direction).overflowed;
}

/// One that was held, and is not any more.
void FaultLayer::forward(int32_t endpoint, Waiting datagram, Micros now, Outbox& out) {
  if (datagram.delay > 0) return delay(std::move(datagram), now);
  for (uint32_t i = 0; i <= datagram.copies; ++i) out.append(endpoint, datagram.peer, datagram.bytes);
}

void FaultLayer::delay(Waiting datagram, Micros now) {
  const Direction direction = datagram.direction;
  const Micros due = now + std::exchange(datagram.delay, 0);
  if (!queue_.push(std::move(datagram), due)) ++counters(direction).overflowed;
}

}  // namespace core
