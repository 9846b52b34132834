#include "tap.h"

#include <array>
#include <utility>

#include "../core/payload_writer.h"

namespace io {

namespace {

// Between two turns: more than a reader that is there at all leaves behind.
constexpr size_t kMaxTapped = 16384;
constexpr size_t kMaxTappedBytes = 16 << 20;

}  // namespace

bool Tap::note(Datagram datagram, core::ByteView bytes) {
  if (datagrams_.size() >= kMaxTapped || total_bytes_ + bytes.size() > kMaxTappedBytes) return false;
  datagram.bytes.assign(bytes.begin(), bytes.end());
  total_bytes_ += bytes.size();
  datagrams_.push_back(std::move(datagram));
  return true;
}

void Tap::write(core::EventSink& sink) {
  while (!datagrams_.empty() && sink.has_room()) {
    const Datagram datagram = std::move(datagrams_.front());
    datagrams_.pop_front();
    total_bytes_ -= datagram.bytes.size();
    const core::Address& peer = datagram.peer;
    const std::array<uint8_t, 3> head = {peer.family, static_cast<uint8_t>(peer.port),
                                         static_cast<uint8_t>(peer.port >> 8)};
    core::PayloadWriter payload(sink);
    payload.bytes(head);
    payload.bytes(peer.ip);
    payload.bytes(peer.local);
    payload.bytes(datagram.bytes);
    const int32_t flags = (datagram.direction == Direction::kSent ? core::kFlagSent : 0) |
                          (datagram.truncated ? core::kFlagTruncated : 0);
    sink.commit(core::EventKind::kTapped, datagram.endpoint, static_cast<int32_t>(datagram.lost_before), payload.size(),
                flags, static_cast<int32_t>(datagram.at), static_cast<int32_t>(datagram.at >> 32));
  }
}

}  // namespace io
