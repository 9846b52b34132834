#include "last_flight.h"

#include <algorithm>

namespace core {

LastFlight::LastFlight(const Outbox& outbox, OutboxRange written, uint64_t next_plain_sequence)
    : next_plain_sequence_(next_plain_sequence) {
  datagrams_.reserve(written.last - written.first);
  for (size_t i = written.first; i < written.last; ++i) {
    const ByteView datagram = outbox.bytes(outbox[i]);
    datagrams_.emplace_back(datagram.begin(), datagram.end());
  }
}

/// `out` has room for as many bytes as `original` has: nothing of a record changes its size.
bool LastFlight::renew(ByteView original, RecordLayer& records, uint8_t* out) {
  RecordHeader header;
  ByteView payload;
  while (next_record(original, header, payload)) {
    if (header.epoch == 0) {
      write_record_header(out, header.type, 0, next_plain_sequence_++, payload.size());
      std::copy(payload.begin(), payload.end(), out + RecordHeader::kSize);
    } else {
      std::vector<uint8_t> room(payload.size());
      ByteView content;
      const bool renewed = records.open_own(header, payload, room.data(), content) &&
                           records.sealed_size(content.size()) == RecordHeader::kSize + payload.size() &&
                           records.seal(header.type, content, out);
      if (!renewed) return false;
    }
    out += RecordHeader::kSize + payload.size();
  }
  return original.empty();
}

}  // namespace core
