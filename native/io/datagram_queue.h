#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "datagram_socket.h"

namespace io {

/// First in, first out; bounded by number and bytes.
class DatagramQueue {
 public:
  struct Datagram {
    core::Address peer;
    std::vector<uint8_t> bytes;
  };

  /// Copies. False when it does not fit any more.
  bool push(const core::Address& peer, core::ByteView bytes) {
    if (datagrams_.size() >= kMaxQueuedDatagrams || total_bytes_ + bytes.size() > kMaxQueuedBytes) return false;
    datagrams_.push_back({peer, {bytes.begin(), bytes.end()}});
    total_bytes_ += bytes.size();
    return true;
  }

  /// Must not be empty.
  Datagram pop() {
    Datagram first = std::move(datagrams_.front());
    datagrams_.pop_front();
    total_bytes_ -= first.bytes.size();
    return first;
  }

  bool empty() const { return datagrams_.empty(); }
  size_t size() const { return datagrams_.size(); }
  void clear() {
    datagrams_.clear();
    total_bytes_ = 0;
  }

 private:
  std::deque<Datagram> datagrams_;
  size_t total_bytes_ = 0;
};

}  // namespace io
