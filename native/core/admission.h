#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "address.h"

namespace core {

/// How many clients a server takes. 0 stands for no limit, but for what max_peers says.
struct AdmissionLimits {
  size_t max_handshakes = 0;              ///< half-open ones, at a time
  size_t max_peers_per_address = 0;       ///< of one IP address, half-open ones included
  size_t max_handshakes_per_address = 0;  ///< of one IP address
};

/// Associations by IP address. Empty, and free of cost, unless there is a limit by address.
class AddressCounts {
 public:
  AddressCounts(const AdmissionLimits& limits, uint64_t seed)
      : limits_(limits), counts_(0, Hash{seed}),
        enabled_(limits.max_peers_per_address != 0 || limits.max_handshakes_per_address != 0) {}

  /// `has_place`: the newcomer will take the place of a peer of the same address.
  bool has_room(const Address& address, bool has_place) const {
    const auto found = enabled_ ? counts_.find(key_of(address)) : counts_.end();
    if (found == counts_.end()) return true;
    return (has_place || below(found->second.peers, limits_.max_peers_per_address)) &&
           below(found->second.handshakes, limits_.max_handshakes_per_address);
  }

  void add_handshake(const Address& address) {
    if (!enabled_) return;
    Count& count = counts_[key_of(address)];
    ++count.peers;
    ++count.handshakes;
  }
  void note_established(const Address& address) {
    if (enabled_) --counts_[key_of(address)].handshakes;
  }
  void readdress(const Address& from, const Address& to, bool handshaking) {
    if (!enabled_) return;
    remove(from, handshaking);
    add_handshake(to);
    if (!handshaking) note_established(to);
  }
  void remove(const Address& address, bool handshaking) {
    const auto found = enabled_ ? counts_.find(key_of(address)) : counts_.end();
    if (found == counts_.end()) return;
    if (handshaking) --found->second.handshakes;
    if (--found->second.peers == 0) counts_.erase(found);
  }

 private:
  struct Count {
    uint32_t peers = 0;
    uint32_t handshakes = 0;
  };
  /// Without port, and without our own address.
  struct Hash {
    uint64_t seed;
    size_t operator()(const Address& address) const { return static_cast<size_t>(address.hash(seed)); }
  };

  static Address key_of(const Address& address) {
    Address key;
    key.ip = address.ip;
    key.scope = address.scope;
    key.family = address.family;
    return key;
  }
  static bool below(uint32_t count, size_t limit) { return limit == 0 || count < limit; }

  AdmissionLimits limits_;
  std::unordered_map<Address, Count, Hash> counts_;
  bool enabled_;
};

}  // namespace core
