#pragma once

#include <vector>

#include "outbox.h"
#include "record_layer.h"

namespace core {

/// The last flight of a handshake, kept when libssl has gone: a peer that has not got it repeats its own, and must get
/// it again (RFC 6347 4.2.4). The same messages in new records: kept as libssl sealed them, and opened only when they
/// are wanted, which is rare.
class LastFlight {
 public:
  /// As often as libssl repeats a flight.
  static constexpr int kMaxRepetitions = 12;

  /// `written` is what libssl has put into the outbox in the step that completed the handshake.
  LastFlight(const Outbox& outbox, OutboxRange written, uint64_t next_plain_sequence);

  bool may_repeat() const { return repetitions_ < kMaxRepetitions; }

  /// Calls `write(ByteView datagram)` for each datagram, which are cut as they were. False when memory runs out, or the
  /// sequence numbers.
  template <typename Write>
  bool repeat(RecordLayer& records, Write write) {
    ++repetitions_;
    std::vector<uint8_t> datagram;
    for (const std::vector<uint8_t>& original : datagrams_) {
      datagram.resize(original.size());
      if (!renew(original, records, datagram.data())) return false;
      write(ByteView(datagram));
    }
    return true;
  }

 private:
  bool renew(ByteView original, RecordLayer& records, uint8_t* out);

  std::vector<std::vector<uint8_t>> datagrams_;
  uint64_t next_plain_sequence_;
  int repetitions_ = 0;
};

}  // namespace core
