#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "../core/address.h"
#include "../core/bytes.h"
#include "../core/clock.h"
#include "../core/event_sink.h"

namespace io {

/// Copies of what the endpoints of a reactor receive and send, in the order of the wire, until they are made events:
/// kTapped. Bounded, since sending may never wait for a reader.
class Tap {
 public:
  enum class Direction : uint8_t { kReceived, kSent };

  struct Datagram {
    int32_t endpoint = 0;
    Direction direction = Direction::kReceived;
    bool truncated = false;  ///< the kernel has cut it
    core::Micros at = 0;
    core::Address peer;
    uint32_t lost_before = 0;  ///< of the same endpoint
    std::vector<uint8_t> bytes = {};
  };

  /// False: there is no room for it.
  bool note(Datagram datagram, core::ByteView bytes);
  /// Makes events, as long as `sink` has room.
  void write(core::EventSink& sink);
  bool empty() const { return datagrams_.empty(); }

 private:
  std::deque<Datagram> datagrams_;
  size_t total_bytes_ = 0;
};

}  // namespace io
