#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "event_sink.h"

namespace core {

/// Builds the payload of the next event at the sink's cursor; EventSink::commit() then takes size() bytes of it.
/// What does not fit any more is cut.
class PayloadWriter {
 public:
  explicit PayloadWriter(EventSink& sink) : at_(sink.payload_cursor()), room_(sink.payload_room()) {}

  void bytes(ByteView bytes) {
    const size_t count = std::min(bytes.size(), room_ - size_);
    std::memcpy(at_ + size_, bytes.data(), count);
    size_ += count;
  }
  void text(std::string_view text) { bytes(bytes_of(text)); }
  /// In the byte order of the machine, as JavaScript's typed arrays read it.
  template <typename T>
  void number(T value) {
    bytes({reinterpret_cast<const uint8_t*>(&value), sizeof value});
  }
  /// In the byte order of the network.
  void u24(size_t value) {
    const uint8_t octets[] = {static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8),
                              static_cast<uint8_t>(value)};
    bytes(octets);
  }
  /// One length byte, then at most 255 bytes.
  void sized(std::string_view value) {
    const auto length = static_cast<uint8_t>(std::min<size_t>(value.size(), 255));
    bytes({&length, 1});
    text(value.substr(0, length));
  }

  size_t size() const { return size_; }

 private:
  uint8_t* at_;
  size_t room_;
  size_t size_ = 0;
};

}  // namespace core
