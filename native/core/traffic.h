#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

/// Traffic of one association at the UDP payload level (handshake and record overhead included).
struct PeerTraffic {
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t datagrams_sent = 0;
  uint64_t datagrams_received = 0;

  void note_sent(size_t bytes) {
    ++datagrams_sent;
    bytes_sent += bytes;
  }
  void note_received(size_t bytes) {
    ++datagrams_received;
    bytes_received += bytes;
  }
};
static_assert(sizeof(PeerTraffic) == 32);

}  // namespace core
