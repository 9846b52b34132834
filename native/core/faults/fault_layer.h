#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "../outbox.h"
#include "delay_queue.h"
#include "fault_rule.h"
#include "rule_state.h"

namespace core {

/// Where a layer counts; memory that JavaScript may read.
struct FaultMemory {
  std::shared_ptr<FaultCounters> directions;  ///< kDirections of them
  std::shared_ptr<RuleCounters> rules;        ///< those of sending, then those of receiving
};

/// A bad network between one endpoint and its socket, for tests. Each datagram meets the rules of its direction in
/// order until one loses it. The same rules, seed, datagrams and times make the same decisions.
///
/// Sees what is on the wire, ciphertext: it can do nothing that an attacker in the network could not do.
class FaultLayer {
 public:
  /// What the caller has to do about a datagram that has passed.
  struct Verdict {
    bool refused = false;               ///< tell the sender EMSGSIZE
    const FaultRule* rebind = nullptr;  ///< move the socket, before this datagram; valid until the next set()
  };

  /// Replaces the rules; theirs begins anew, counters and random numbers too. What waits goes on waiting.
  void set(FaultRules rules, FaultMemory memory, Micros now);

  /// A datagram on its way: what goes on now is appended to `out`, as from `endpoint`.
  Verdict pass(Direction direction, int32_t endpoint, const Address& peer, ByteView bytes, Micros now, Outbox& out);

  /// The next datagram that has waited long enough; it goes on `copies` times more than once.
  std::optional<Waiting> take_due(Micros now);
  Micros next_deadline() const { return queue_.next(); }

  /// The socket is about to close: what waits to be sent is appended to `out`, what waits to be received is given up.
  void finish(int32_t endpoint, Outbox& out);

 private:
  /// A datagram as the rules have changed it so far.
  struct Passage {
    ByteView bytes;
    uint32_t copies = 0;
    Micros due = 0;       ///< above 0: not before
    Micros hold = 0;      ///< above 0: as long, for
    uint32_t places = 0;  ///< others to overtake it
    bool lost = false;
    Verdict verdict;
  };

  void apply(RuleState& state, ByteView part, Micros now, FaultCounters& counters, Passage& passage);
  void corrupt(RuleState& state, ByteView part, Passage& passage);
  void keep(Direction direction, const Address& peer, const Passage& passage, Micros now);
  void forward(int32_t endpoint, Waiting datagram, Micros now, Outbox& out);
  void delay(Waiting datagram, Micros now);
  FaultCounters& counters(Direction direction) { return memory_.directions.get()[static_cast<size_t>(direction)]; }

  FaultMemory memory_;
  std::array<std::vector<RuleState>, kDirections> rules_;
  DelayQueue queue_;
  std::vector<uint8_t> changed_;  ///< the bytes of the present datagram, once a rule has changed them
  std::vector<Waiting> overtaken_;
};

}  // namespace core
