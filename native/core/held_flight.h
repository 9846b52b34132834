#pragma once

#include <vector>

#include "record.h"

namespace core {

/// Copies of the records of a client's flight that libssl must not have yet. Bounded: what is over is dropped, and the
/// client repeats it.
class HeldFlight {
 public:
  /// A flight of ClientKeyExchange, ChangeCipherSpec and Finished takes 150 bytes to 1 KB.
  static constexpr size_t kMaxBytes = 4096;
  static constexpr size_t kMaxRecords = 16;

  /// `record` is `header` and payload as they came. False when the flight has it, or has no room for it.
  bool hold(const RecordHeader& header, ByteView record);
  bool empty() const { return bytes_.empty(); }
  /// One after the other, in the order in which they came.
  std::vector<uint8_t> release();

 private:
  bool has(const RecordHeader& header, ByteView record) const;

  std::vector<uint8_t> bytes_;
  size_t records_ = 0;
};

}  // namespace core
