#include "last_flight.h"

#include <algorithm>

namespace core {

LastFlight::LastFlight(const Outbox& outbox, OutboxRange written, size_t mtu, uint64_t next_plain_sequence,
                       RecordLayer& records)
    : mtu_(mtu), next_plain_sequence_(next_plain_sequence) {
  for (size_t i = written.first; i < written.last; ++i) {
    if (take(outbox.bytes(outbox[i]), records)) continue;
    messages_.clear();
    return;
  }
}

bool LastFlight::take(ByteView datagram, RecordLayer& records) {
  RecordHeader header;
  ByteView payload;
  while (next_record(datagram, header, payload)) {
    if (header.epoch == 0) {
      messages_.push_back({header.type, 0, {payload.begin(), payload.end()}});
      continue;
    }
    std::vector<uint8_t> opened(payload.size());
    ByteView plaintext;
    if (!records.open_own(header, payload, opened.data(), plaintext)) return false;
    messages_.push_back({header.type, header.epoch, {plaintext.begin(), plaintext.end()}});
  }
  return datagram.empty();
}

bool LastFlight::append(const Message& message, RecordLayer& records, uint8_t* out) {
  if (message.epoch != 0) return records.seal(message.type, message.content, out);
  write_record_header(out, message.type, 0, next_plain_sequence_++, message.content.size());
  std::copy(message.content.begin(), message.content.end(), out + RecordHeader::kSize);
  return true;
}

}  // namespace core
