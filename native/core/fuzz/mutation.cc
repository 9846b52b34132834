#include "mutation.h"

#include <algorithm>

#include "../record.h"

namespace {

constexpr size_t kHandshakeHeader = 12;
constexpr size_t kBodyAt = core::RecordHeader::kSize + kHandshakeHeader;
constexpr size_t kEpochAt = 3;
constexpr size_t kRecordLengthAt = 11;
constexpr size_t kMessageLengthAt = core::RecordHeader::kSize + 1;
constexpr size_t kOffsetAt = core::RecordHeader::kSize + 6;
constexpr size_t kLengthAt = core::RecordHeader::kSize + 9;
constexpr size_t kSequenceAt = 10;
constexpr uint16_t kMaxInserted = 64;

/// So that the change is not noticed before the record is looked into.
void repair_lengths(std::vector<uint8_t>& datagram) {
  if (datagram.size() < core::RecordHeader::kSize) return;
  core::write_u16(&datagram[kRecordLengthAt], static_cast<uint16_t>(datagram.size() - core::RecordHeader::kSize));
  const bool is_protected = core::read_u16(&datagram[kEpochAt]) != 0;
  if (is_protected || datagram[0] != core::content_type::kHandshake || datagram.size() < kBodyAt) return;
  const auto body = static_cast<uint32_t>(datagram.size() - kBodyAt);
  core::write_u24(&datagram[kMessageLengthAt], body);
  core::write_u24(&datagram[kLengthAt], body);
}

void change_once(std::vector<uint8_t>& datagram, FuzzedDataProvider& input) {
  enum class Change : uint8_t { kByte, kHeader, kCut, kInsert, kErase, kRepair, kMaxValue = kRepair };
  const Change change = input.ConsumeEnum<Change>();
  if (datagram.empty() && change != Change::kInsert) return;
  switch (change) {
    case Change::kByte:
      datagram[take_index(input, datagram.size())] = input.ConsumeIntegral<uint8_t>();
      return;
    case Change::kHeader:
      datagram[take_index(input, std::min(datagram.size(), kBodyAt))] = input.ConsumeIntegral<uint8_t>();
      return;
    case Change::kCut:
      datagram.resize(take_index(input, datagram.size()));
      return;
    case Change::kInsert: {
      const std::vector<uint8_t> bytes = take_bytes(input, kMaxInserted);
      const auto at = static_cast<long>(take_index(input, datagram.size() + 1));
      datagram.insert(datagram.begin() + at, bytes.begin(), bytes.end());
      return;
    }
    case Change::kErase:
      datagram.erase(datagram.begin() + static_cast<long>(take_index(input, datagram.size())));
      return;
    case Change::kRepair:
      repair_lengths(datagram);
      return;
  }
}

}  // namespace

void mutate(std::vector<uint8_t>& datagram, FuzzedDataProvider& input) {
  for (int changes = input.ConsumeIntegralInRange<uint8_t>(1, 4); changes > 0; --changes) change_once(datagram, input);
}

bool split(std::vector<uint8_t>& datagram, size_t size, std::vector<uint8_t>& other) {
  core::RecordHeader header;
  core::ByteView rest = datagram;
  core::ByteView payload;
  if (!core::next_record(rest, header, payload) || header.type != core::content_type::kHandshake || header.epoch != 0 ||
      payload.size() <= kHandshakeHeader || core::read_u24(&payload[9]) != payload.size() - kHandshakeHeader) {
    return false;
  }
  const size_t body = payload.size() - kHandshakeHeader;
  const size_t cut = std::min(size, body);
  std::vector<uint8_t> first(datagram.begin(), datagram.begin() + static_cast<long>(kBodyAt + cut));
  std::vector<uint8_t> second(datagram.begin(), datagram.begin() + kBodyAt);
  second.insert(second.end(), payload.data() + kHandshakeHeader + cut, payload.data() + payload.size());
  core::write_u16(&first[kRecordLengthAt], static_cast<uint16_t>(kHandshakeHeader + cut));
  core::write_u24(&first[kLengthAt], static_cast<uint32_t>(cut));
  core::write_u16(&second[kRecordLengthAt], static_cast<uint16_t>(kHandshakeHeader + body - cut));
  core::write_u24(&second[kOffsetAt], core::read_u24(&second[kOffsetAt]) + static_cast<uint32_t>(cut));
  core::write_u24(&second[kLengthAt], static_cast<uint32_t>(body - cut));
  second[kSequenceAt] ^= 0x80;
  second.insert(second.end(), rest.begin(), rest.end());
  datagram = std::move(first);
  other = std::move(second);
  return true;
}
