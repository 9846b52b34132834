#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../address.h"
#include "../clock.h"

namespace core {

enum class Direction : uint8_t { kSend, kReceive };
constexpr size_t kDirections = 2;

/// What a rule does to a datagram; the numbers are part of the binding.
enum class Fault : uint8_t {
  kLose,
  kDuplicate,
  kDelay,
  kReorder,
  kCorrupt,
  kTruncate,
  kBlackout,  ///< loses, and is counted by itself
  kMtu,       ///< loses what is too large
  kRebind,    ///< the socket moves to another port before the datagram leaves
};
constexpr int kFaultKinds = 9;

/// Which datagrams a rule is for, and what becomes of them. `lib/faults` has checked it.
struct FaultRule {
  Fault fault = Fault::kLose;

  // Which datagrams. Without `records` and `handshakes` every one, DTLS or not; otherwise those with a record that
  // fits.
  uint16_t records = 0;     ///< bits of record_bit()
  uint32_t handshakes = 0;  ///< bit per handshake type; what begins in the datagram counts
  Micros from = 0;          ///< since the rule was set; outside of the time it sees nothing
  Micros to = kNever;
  Micros period = 0;       ///< above 0: `from` and `to` are of each period
  size_t larger_than = 0;  ///< kMtu: bytes

  // Which of those that fit, counted from 1.
  bool per_peer = true;  ///< each peer's are counted by themselves
  uint32_t first = 1;
  uint32_t last = 0;  ///< 0: without an end
  uint32_t step = 1;
  uint32_t limit = 0;                        ///< how often the rule acts; 0: without a limit
  uint64_t probability = uint64_t{1} << 32;  ///< of 2^32

  // What becomes of them.
  uint32_t copies = 1;           ///< kDuplicate
  uint32_t bits = 1;             ///< kCorrupt
  uint32_t places = 1;           ///< kReorder: how many datagrams of the peer overtake it
  Micros delay = 0;              ///< kDelay; kReorder: how long it waits for them at most
  Micros jitter = 0;             ///< kDelay: evenly spread, at most `delay`
  bool in_order = false;         ///< kDelay: none overtakes another one
  std::optional<uint32_t> keep;  ///< kTruncate: bytes that stay; none: drawn
  bool reported = false;         ///< kMtu: the sender hears EMSGSIZE
  std::optional<Address> local;  ///< kRebind: the new address; none: the old one. The port is always new
};

/// Rules in the order in which a datagram meets them.
struct FaultRules {
  uint64_t seed = 1;
  std::vector<FaultRule> send;
  std::vector<FaultRule> receive;
};

/// Of one direction, in the order of `lib/faults/fault-counters.ts`.
struct FaultCounters {
  uint64_t datagrams;   ///< that came to the rules
  uint64_t lost;        ///< by kLose
  uint64_t duplicated;  ///< copies that were made
  uint64_t delayed;
  uint64_t reordered;
  uint64_t corrupted;
  uint64_t truncated;
  uint64_t blacked_out;
  uint64_t oversized;   ///< lost by kMtu
  uint64_t rebound;     ///< moves of the socket that a rule asked for
  uint64_t overflowed;  ///< lost, since too many waited already
  uint64_t abandoned;   ///< waited still when the socket was closed
};
constexpr int kFaultCounterCount = sizeof(FaultCounters) / sizeof(uint64_t);

/// Of one rule.
struct RuleCounters {
  uint64_t matched;  ///< datagrams that fit, in its time
  uint64_t applied;  ///< of these, the ones that it acted on
};
constexpr int kRuleCounterCount = sizeof(RuleCounters) / sizeof(uint64_t);

}  // namespace core
