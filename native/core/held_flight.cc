#include "held_flight.h"

#include <algorithm>
#include <utility>

namespace core {

bool HeldFlight::hold(const RecordHeader& header, ByteView record) {
  if (records_ == kMaxRecords || record.size() > kMaxBytes - bytes_.size() || has(header, record)) return false;
  bytes_.insert(bytes_.end(), record.begin(), record.end());
  ++records_;
  return true;
}

std::vector<uint8_t> HeldFlight::release() {
  records_ = 0;
  return std::exchange(bytes_, {});
}

/// A plain record that is repeated has a sequence number of its own; a protected one is another in every byte.
bool HeldFlight::has(const RecordHeader& header, ByteView record) const {
  const bool plain = header.epoch == 0;
  RecordHeader other;
  ByteView payload;
  for (ByteView rest = bytes_; next_record(rest, other, payload);) {
    if (other.type != header.type || other.epoch != header.epoch) continue;
    if (!plain && other.sequence != header.sequence) continue;
    const ByteView ours = record.subspan(RecordHeader::kSize);
    if (std::equal(payload.begin(), payload.end(), ours.begin(), ours.end())) return true;
  }
  return false;
}

}  // namespace core
