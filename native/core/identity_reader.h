#pragma once

#include <array>
#include <bitset>
#include <string_view>

#include "bytes.h"
#include "psk_table.h"

namespace core {

/// Reads the identity that a ClientKeyExchange begins with (RFC 4279 section 2 to 4) out of plain handshake records,
/// before libssl has them: fragments may come in any order, overlap and be repeated. Of a fixed size; nothing in a
/// record is trusted. What comes first counts.
class IdentityReader {
 public:
  enum class Progress : uint8_t { kNothing, kIncomplete, kComplete };

  /// Takes the payload of one handshake record. kNothing: no fragment of a ClientKeyExchange has come so far.
  Progress read(ByteView fragments);
  Progress progress() const { return progress_; }
  /// Once complete. Empty for one that no PskTable can have because it is too long or runs over the end of its message;
  /// it may still hold a NUL.
  std::string_view identity() const;

  /// Whether read() would find something in it.
  static bool concerns(ByteView fragments);

 private:
  static constexpr size_t kLengthSize = 2;
  static constexpr size_t kPrefix = kLengthSize + PskTable::kMaxIdentity;

  void take(uint32_t message_length, uint32_t offset, ByteView body);
  bool has(size_t from, size_t to) const;
  void update();

  std::array<uint8_t, kPrefix> bytes_{};
  std::bitset<kPrefix> known_;
  uint32_t message_length_ = 0;
  uint8_t identity_length_ = 0;
  Progress progress_ = Progress::kNothing;
};

}  // namespace core
