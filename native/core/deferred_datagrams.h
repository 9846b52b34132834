#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "address.h"
#include "bytes.h"

namespace core {

/// Copies of the datagrams of handshakes that wait for a later turn, in the order in which they came. Bounded in
/// number, in bytes, and by peer, so that one peer with many valid hellos does not take the places of all others. A
/// client repeats what finds no place.
class DeferredDatagrams {
 public:
  static constexpr size_t kMaxDatagrams = 1024;
  static constexpr size_t kMaxBytes = 1 << 20;
  /// A flight with a chain of certificates, in datagrams of 256 bytes, twice.
  static constexpr size_t kMaxPerPeer = 32;

  struct Datagram {
    Address from;
    std::vector<uint8_t> bytes;
  };

  /// `seed`: see Address::hash.
  explicit DeferredDatagrams(uint64_t seed) : per_peer_(0, Hash{seed}) {}

  /// False when there is no place.
  bool add(ByteView datagram, const Address& from);
  bool empty() const { return datagrams_.empty(); }
  bool holds(const Address& from) const { return !empty() && per_peer_.contains(from); }
  /// The oldest one. Not when empty().
  Datagram take();
  void clear();

 private:
  struct Hash {
    uint64_t seed;
    size_t operator()(const Address& address) const { return static_cast<size_t>(address.hash(seed)); }
  };

  std::deque<Datagram> datagrams_;
  std::unordered_map<Address, uint32_t, Hash> per_peer_;
  size_t bytes_ = 0;
};

}  // namespace core
