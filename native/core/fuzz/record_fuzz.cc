// A datagram is cut into records, and the filter decides which plain ones libssl may see.

#include "../record_filter.h"
#include "fuzz.h"

namespace {

constexpr size_t kHandshakeHeader = 12;

/// What libssl takes for granted once the filter has let a handshake record pass.
void require_whole_fragments(core::ByteView payload, size_t max_message) {
  REQUIRE(!payload.empty());
  while (!payload.empty()) {
    REQUIRE(payload.size() >= kHandshakeHeader);
    const size_t message = core::read_u24(&payload[1]);
    const size_t end = size_t{core::read_u24(&payload[6])} + core::read_u24(&payload[9]);
    REQUIRE(message <= max_message);
    REQUIRE(end <= message);
    payload = payload.subspan(kHandshakeHeader);
    REQUIRE(core::read_u24(payload.data() - 3) <= payload.size());
    payload = payload.subspan(core::read_u24(payload.data() - 3));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  const auto role = input.ConsumeBool() ? core::Role::kServer : core::Role::kClient;
  const size_t max_message = input.ConsumeIntegral<uint16_t>();
  const std::vector<uint8_t> datagram = input.ConsumeRemainingBytes<uint8_t>();

  core::ByteView rest = datagram;
  core::RecordHeader header;
  core::ByteView payload;
  for (core::ByteView before = rest; core::next_record(rest, header, payload); before = rest) {
    REQUIRE(payload.data() == before.data() + core::RecordHeader::kSize);
    REQUIRE(payload.size() == header.length);
    REQUIRE(rest.data() == payload.data() + payload.size());
    REQUIRE(before.size() == core::RecordHeader::kSize + payload.size() + rest.size());
    REQUIRE(header.sequence >> 48 == 0);
    if (!core::acceptable_plain_record(header, payload, role, max_message)) continue;
    REQUIRE(header.type != core::content_type::kApplicationData);
    if (header.type == core::content_type::kHandshake) require_whole_fragments(payload, max_message);
  }
  return 0;
}
