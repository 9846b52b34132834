#pragma once

#include <array>
#include <cstdint>

#include "record.h"

namespace core {

/// What libssl has written in a handshake, as far as it matters to a RecordLayer that goes on with the same keys: which
/// sequence numbers and which nonces are taken. Every record that libssl gives to the BIO has to be noted.
class LibsslRecords {
 public:
  void note(ByteView datagram) {
    RecordHeader header;
    ByteView payload;
    while (next_record(datagram, header, payload)) {
      uint64_t& next = next_sequence_[header.epoch == 0 ? 0 : 1];
      if (header.sequence >= next) next = header.sequence + 1;
      if (header.epoch == 0 || payload.size() < kExplicitNonce) continue;
      const uint16_t prefix = read_u16(payload.data());
      if (protected_records_++ == 0) first_prefix_ = prefix;
      last_prefix_ = prefix;
    }
  }

  uint64_t next_plain_sequence() const { return next_sequence_[0]; }
  uint64_t next_protected_sequence() const { return next_sequence_[1]; }

  /// For the explicit nonces of GCM: libssl counts from a random number, so what it has taken lies between its first
  /// and its last one. Nonces with another prefix than these two have are free, unless it has used 2^48 of them.
  uint16_t free_nonce_prefix(uint16_t epoch) const {
    uint16_t prefix = epoch;
    while (prefix == first_prefix_ || prefix == last_prefix_) ++prefix;
    return prefix;
  }

 private:
  static constexpr size_t kExplicitNonce = 8;

  std::array<uint64_t, 2> next_sequence_{};  ///< of epoch 0 and epoch 1
  uint64_t protected_records_ = 0;
  uint16_t first_prefix_ = 0;
  uint16_t last_prefix_ = 0;
};

}  // namespace core
