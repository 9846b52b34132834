#pragma once

#include <array>
#include <cstdint>

#include "bytes.h"

namespace core {

/// A Connection ID (RFC 9146), owned. Empty for a direction without one.
struct ConnectionId {
  static constexpr size_t kMaxSize = 15;
  uint8_t size = 0;
  std::array<uint8_t, kMaxSize> bytes{};

  ByteView view() const { return ByteView(bytes).first(size); }
  bool operator==(const ConnectionId&) const = default;
};

}  // namespace core
