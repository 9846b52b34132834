#pragma once

#include <cstdint>
#include <vector>

#include "address.h"
#include "bytes.h"

namespace core {

/// Datagrams of an outbox: from `first`, up to but not `last`.
struct OutboxRange {
  size_t first;
  size_t last;
};

/// Datagrams on their way out, in order, in one growing arena that is reused. Engines append, io sends and clears.
/// Several engines may share one outbox: `endpoint` tells whose socket a datagram leaves from.
class Outbox {
 public:
  struct Datagram {
    uint32_t offset;
    uint32_t size;
    int32_t endpoint;
    Address to;
  };

  void append(int32_t endpoint, const Address& to, ByteView bytes) {
    datagrams_.push_back({static_cast<uint32_t>(arena_.size()), static_cast<uint32_t>(bytes.size()), endpoint, to});
    arena_.insert(arena_.end(), bytes.begin(), bytes.end());
  }

  /// The same for bytes that the caller writes; valid until the next call.
  uint8_t* append(int32_t endpoint, const Address& to, size_t size) {
    const size_t offset = arena_.size();
    datagrams_.push_back({static_cast<uint32_t>(offset), static_cast<uint32_t>(size), endpoint, to});
    arena_.resize(offset + size);
    return arena_.data() + offset;
  }
  /// Takes the newest one back.
  void drop_last() {
    arena_.resize(datagrams_.back().offset);
    datagrams_.pop_back();
  }

  bool empty() const { return datagrams_.empty(); }
  size_t size() const { return datagrams_.size(); }
  const Datagram& operator[](size_t i) const { return datagrams_[i]; }
  ByteView bytes(const Datagram& datagram) const { return {arena_.data() + datagram.offset, datagram.size}; }
  size_t total_bytes() const { return arena_.size(); }

  void clear() {
    datagrams_.clear();
    arena_.clear();
  }

 private:
  std::vector<Datagram> datagrams_;
  std::vector<uint8_t> arena_;
};

}  // namespace core
