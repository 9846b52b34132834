#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
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
    uint8_t* room = append(endpoint, to, bytes.size());
    std::copy(bytes.begin(), bytes.end(), room);
  }

  /// The same for bytes that the caller writes; valid until the next call.
  uint8_t* append(int32_t endpoint, const Address& to, size_t size) {
    if (size > capacity_ - used_) grow(size);
    datagrams_.push_back({static_cast<uint32_t>(used_), static_cast<uint32_t>(size), endpoint, to});
    uint8_t* room = arena_.get() + used_;
    used_ += size;
    return room;
  }
  /// Takes the newest one back.
  void drop_last() {
    used_ = datagrams_.back().offset;
    datagrams_.pop_back();
  }

  bool empty() const { return datagrams_.empty(); }
  size_t size() const { return datagrams_.size(); }
  const Datagram& operator[](size_t i) const { return datagrams_[i]; }
  ByteView bytes(const Datagram& datagram) const { return {arena_.get() + datagram.offset, datagram.size}; }
  size_t total_bytes() const { return used_; }

  void clear() {
    datagrams_.clear();
    used_ = 0;
  }

 private:
  static constexpr size_t kSmallest = 4096;

  void grow(size_t needed) {
    const size_t capacity = std::max({kSmallest, 2 * capacity_, used_ + needed});
    auto larger = std::make_unique_for_overwrite<uint8_t[]>(capacity);
    std::copy_n(arena_.get(), used_, larger.get());
    arena_ = std::move(larger);
    capacity_ = capacity;
  }

  std::vector<Datagram> datagrams_;
  std::unique_ptr<uint8_t[]> arena_;  // not a vector, which would clear what is to be written anyway
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace core
