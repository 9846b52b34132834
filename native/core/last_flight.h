#pragma once

#include <vector>

#include "outbox.h"
#include "record_layer.h"

namespace core {

/// The last flight of a handshake, kept when libssl has gone: a peer that has not got it repeats its own, and must get
/// it again (RFC 6347 4.2.4). The same messages in new records.
class LastFlight {
 public:
  /// As often as libssl repeats a flight.
  static constexpr int kMaxRepetitions = 12;

  /// `written` is what libssl has put into the outbox in the step that completed the handshake. empty() when that is
  /// not all of `records`.
  LastFlight(const Outbox& outbox, OutboxRange written, size_t mtu, uint64_t next_plain_sequence, RecordLayer& records);

  bool empty() const { return messages_.empty(); }
  bool may_repeat() const { return repetitions_ < kMaxRepetitions; }

  /// Calls `write(ByteView datagram)` for each datagram. False when memory runs out, or the sequence numbers.
  template <typename Write>
  bool repeat(RecordLayer& records, Write write) {
    ++repetitions_;
    std::vector<uint8_t> datagram;
    for (const Message& message : messages_) {
      const size_t size = message.epoch == 0 ? RecordHeader::kSize + message.content.size()
                                             : records.sealed_size(message.content.size());
      if (!datagram.empty() && datagram.size() + size > mtu_) {
        write(ByteView(datagram));
        datagram.clear();
      }
      const size_t start = datagram.size();
      datagram.resize(start + size);
      if (!append(message, records, &datagram[start])) return false;
    }
    if (!datagram.empty()) write(ByteView(datagram));
    return true;
  }

 private:
  struct Message {
    uint8_t type;
    uint16_t epoch;
    std::vector<uint8_t> content;
  };

  bool take(ByteView datagram, RecordLayer& records);
  bool append(const Message& message, RecordLayer& records, uint8_t* out);

  std::vector<Message> messages_;
  size_t mtu_;
  uint64_t next_plain_sequence_;
  int repetitions_ = 0;
};

}  // namespace core
