#include "record_scan.h"

namespace core {

namespace {

constexpr size_t kHandshakeHeader = 12;

/// Bits of the messages that begin in a plain handshake record.
uint32_t messages_in(ByteView payload) {
  uint32_t found = 0;
  while (payload.size() >= kHandshakeHeader) {
    const uint8_t type = payload[0];
    const uint32_t offset = read_u24(payload.data() + 6);
    const uint32_t length = read_u24(payload.data() + 9);
    if (length > payload.size() - kHandshakeHeader) break;
    if (offset == 0 && type < 32) found |= uint32_t{1} << type;
    payload = payload.subspan(kHandshakeHeader + length);
  }
  return found;
}

uint32_t messages_of(const RecordHeader& header, ByteView payload) {
  if (header.type != content_type::kHandshake) return 0;
  return header.epoch > 0 ? uint32_t{1} << kFinishedMessage : messages_in(payload);
}

}  // namespace

std::optional<ByteView> find_record(ByteView datagram, const FaultRule& rule) {
  if (rule.records == 0 && rule.handshakes == 0) return datagram;
  ByteView rest = datagram;
  RecordHeader header;
  ByteView payload;
  while (next_record(rest, header, payload)) {
    if ((rule.records & record_bit(header.type, header.epoch > 0)) != 0) return payload;
    if ((rule.handshakes & messages_of(header, payload)) != 0) return payload;
  }
  return std::nullopt;
}

}  // namespace core
