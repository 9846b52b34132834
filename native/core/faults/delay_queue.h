#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rule_state.h"

namespace core {

/// A datagram that is kept for later.
struct Waiting {
  Direction direction;
  Address peer;
  std::vector<uint8_t> bytes;
  uint32_t copies = 0;  ///< that go with it
  Micros delay = 0;     ///< once it is not held any more
};

/// Datagrams that wait: until their time has come, or until others of the same peer and direction have overtaken them.
/// Bounded by number and bytes.
class DelayQueue {
 public:
  static constexpr size_t kMaxDatagrams = size_t{1} << 18;
  static constexpr size_t kMaxBytes = size_t{64} << 20;

  /// False when too many wait: the datagram is lost.
  bool push(Waiting datagram, Micros due);
  /// The same for one that leaves as soon as `places` others have been reported to overtake().
  bool hold(Waiting datagram, Micros due, uint32_t places);

  /// A datagram of `peer` has gone by: those that have waited for it are taken out and appended to `released`.
  void overtake(Direction direction, const Address& peer, std::vector<Waiting>& released);
  /// The one that is due first, taken out; nothing when it is not due at `now`.
  std::optional<Waiting> take_due(Micros now);

  Micros next() const { return queue_.empty() ? kNever : queue_.begin()->first.first; }
  size_t size() const { return queue_.size(); }

 private:
  using Key = std::pair<Micros, uint64_t>;  ///< when it is due; in the order of arrival among those due together
  struct Held {
    Key key;
    uint32_t places;
  };

  std::optional<Key> insert(Waiting datagram, Micros due);
  Waiting take(Key key);
  void release(const Waiting& datagram, Key key);

  std::map<Key, Waiting> queue_;
  std::array<std::unordered_map<Address, std::vector<Held>, AddressHash>, kDirections> held_;
  uint64_t last_number_ = 0;
  size_t bytes_ = 0;
};

}  // namespace core
