#include "script_socket.h"

#include <string>
#include <utility>

#include "../core/payload_writer.h"
#include "receive_buffer.h"

namespace io {

namespace {

// Work per turn: as for sockets.
constexpr uint64_t kNanosPerTurn = 2'000'000;

// More than this is not a DTLS datagram, and the sink may not hold it.
constexpr size_t kMaxDatagram = 2 * core::EventSink::kMaxPayload - 64;

}  // namespace

IoError ScriptSocket::open(const SocketOptions&) {
  const int error =
      keep_alive_.open(this, [this](uv_async_t* async) { return uv_async_init(loop_, async, [](uv_async_t*) {}); });
  reading_ = error == 0;
  return {error, "uv_async_init"};
}

void ScriptSocket::set_ref(bool keep_alive) {
  if (!keep_alive_.is_open()) return;
  keep_alive&& reading_ ? uv_ref(keep_alive_.handle()) : uv_unref(keep_alive_.handle());
}

void ScriptSocket::stop() {
  reading_ = false;
  set_ref(false);
}

void ScriptSocket::close(std::function<void()> closed) {
  stop();
  incoming_.clear();
  keep_alive_.close(std::move(closed));
}

// In

void ScriptSocket::inject(const core::Address& from, core::ByteView bytes) {
  if (reading_ && !incoming_.push(from, bytes)) observer_.datagrams_unread(1);
}

/// The observer may have JavaScript read events, and that inject() or close.
void ScriptSocket::read() {
  const uint64_t deadline = uv_hrtime() + kNanosPerTurn;
  while (can_read()) {
    const DatagramQueue::Datagram datagram = incoming_.pop();
    const bool truncated = datagram.bytes.size() > ReceiveBuffer::kSlotSize;
    const ReceivedDatagram received{datagram.bytes, datagram.peer, truncated};
    if (!observer_.datagrams_received({&received, 1}) || uv_hrtime() > deadline) return;
  }
}

// Out

void ScriptSocket::send(const core::Outbox& outbox, size_t first, size_t last) {
  for (; first < last; ++first) {
    const core::ByteView bytes = outbox.bytes(outbox[first]);
    if (bytes.size() > kMaxDatagram) {
      observer_.send_failed(outbox[first].to, UV_EMSGSIZE, true);
    } else if (!outgoing_.push(outbox[first].to, bytes)) {
      observer_.datagrams_dropped(1);
    }
  }
}

void ScriptSocket::write(core::EventSink& sink, int32_t endpoint) {
  while (!outgoing_.empty() && sink.has_room()) {
    const DatagramQueue::Datagram datagram = outgoing_.pop();
    core::PayloadWriter payload(sink);
    payload.sized(datagram.peer.ip_text());
    payload.bytes(datagram.bytes);
    sink.commit(core::EventKind::kDatagram, endpoint, 0, payload.size(), datagram.peer.port);
  }
}

}  // namespace io
