#pragma once

#ifdef __linux__

#include "../core/outbox.h"
#include "datagram_socket.h"

namespace io {

/// Copies of datagrams that wait for a kernel which takes no more, in order and bounded. What finds no place is dropped
/// and counted by the observer.
class SendQueue {
 public:
  explicit SendQueue(SocketObserver& observer, size_t most = kMaxQueuedDatagrams) : observer_(observer), most_(most) {}

  bool empty() const { return sent_ == datagrams_.size(); }
  void add(const core::Outbox& outbox, size_t first, size_t last);
  void drop();

  /// `transmit(outbox, first, last)` sends in order and returns the first that the kernel will take later, or `last`.
  /// `device_full()` tells afterwards whether that was for want of room in the device's own queue, ENOBUFS: it does not
  /// show in poll, so one datagram is given up per call rather than to spin without an end.
  template <typename Transmit, typename DeviceFull>
  void drain(Transmit transmit, DeviceFull device_full) {
    const size_t before = sent_;
    sent_ = transmit(datagrams_, sent_, datagrams_.size());
    if (sent_ == before && !empty() && device_full()) {
      observer_.datagrams_dropped(1);
      ++sent_;
    }
    compact();
  }

 private:
  void compact();

  SocketObserver& observer_;
  const size_t most_;
  core::Outbox datagrams_;
  size_t sent_ = 0;  ///< so many of them have gone
};

}  // namespace io

#endif  // __linux__
