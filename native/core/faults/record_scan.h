#pragma once

#include <cstdint>
#include <optional>

#include "../bytes.h"
#include "../record.h"
#include "fault_rule.h"

namespace core {

/// The bit of FaultRule::records for records of that type; `is_protected`: of an epoch after 0.
constexpr uint16_t record_bit(uint8_t type, bool is_protected) {
  return static_cast<uint16_t>(1u << (type - content_type::kChangeCipherSpec + (is_protected ? 6 : 0)));
}
constexpr uint16_t kEveryRecord = 0xfff;

constexpr uint8_t kFinishedMessage = 20;

/// The content of the first record of `datagram` that fits the rule's `records` and `handshakes`, as a part of it; with
/// neither, all of it. Nothing: none fits.
///
/// A handshake message counts where its first fragment is. What is protected cannot be read: in DTLS 1.2 a protected
/// handshake record is a Finished, as long as nobody renegotiates.
std::optional<ByteView> find_record(ByteView datagram, const FaultRule& rule);

}  // namespace core
