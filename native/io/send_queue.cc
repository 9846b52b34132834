#ifdef __linux__

#include "send_queue.h"

#include <utility>

namespace io {

void SendQueue::add(const core::Outbox& outbox, size_t first, size_t last) {
  for (; first < last; ++first) {
    const core::ByteView bytes = outbox.bytes(outbox[first]);
    if (datagrams_.size() - sent_ >= most_ || datagrams_.total_bytes() + bytes.size() > kMaxQueuedBytes) {
      return observer_.datagrams_dropped(last - first);
    }
    datagrams_.append(outbox[first].endpoint, outbox[first].to, bytes);
  }
}

void SendQueue::drop() {
  if (!empty()) observer_.datagrams_dropped(datagrams_.size() - sent_);
  datagrams_ = {};
  sent_ = 0;
}

/// Drained, or so far that the rest is worth moving to the front of a fresh arena.
void SendQueue::compact() {
  if (!empty() && sent_ < kMaxQueuedDatagrams / 2) return;
  const core::Outbox old = std::exchange(datagrams_, {});
  for (size_t i = std::exchange(sent_, 0); i < old.size(); ++i) {
    datagrams_.append(old[i].endpoint, old[i].to, old.bytes(old[i]));
  }
}

}  // namespace io

#endif  // __linux__
