#pragma once

#include "../core/event_sink.h"
#include "datagram_queue.h"
#include "datagram_socket.h"
#include "uv_handle.h"

namespace io {

/// No socket at all: the other side is JavaScript. Datagrams come in by inject() and go out as kDatagram events. Both
/// wait in bounded queues until the reactor settles, so that neither happens inside a call of JavaScript.
class ScriptSocket final : public DatagramSocket {
 public:
  ScriptSocket(uv_loop_t* loop, HandleCount& handles, SocketObserver& observer)
      : loop_(loop), observer_(observer), keep_alive_(handles) {}

  IoError open(const SocketOptions& options) override;
  IoError connect(const core::Address&) override { return {UV_ENOTSUP, "connect"}; }
  core::Address local_address() const override { return {}; }
  int family() const override { return 6; }
  int descriptor() const override { return -1; }
  void send(const core::Outbox& outbox, size_t first, size_t last) override;
  void set_ref(bool keep_alive) override;
  void stop() override;
  /// What was sent before is still written by write().
  void close(std::function<void()> closed) override;

  /// Copies a datagram that came in; the observer gets it from read().
  void inject(const core::Address& from, core::ByteView bytes);
  /// Hands what was injected to the observer, for as long as that wants it and a turn's share of time lasts.
  void read();
  /// Makes events of what was sent, as long as `sink` has room.
  void write(core::EventSink& sink, int32_t endpoint);
  bool has_work() const { return can_read() || !outgoing_.empty(); }

 private:
  bool can_read() const { return reading_ && !incoming_.empty(); }

  uv_loop_t* const loop_;
  SocketObserver& observer_;
  UvHandle<uv_async_t> keep_alive_;  ///< never fires; holds the loop while it is referenced
  DatagramQueue incoming_;
  DatagramQueue outgoing_;
  bool reading_ = false;
};

}  // namespace io
