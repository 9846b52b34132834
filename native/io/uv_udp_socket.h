#pragma once

#include "datagram_socket.h"
#include "receive_buffer.h"
#include "uv_handle.h"

namespace io {

/// Every system: libuv's own UDP handle, one system call per datagram.
class UvUdpSocket final : public DatagramSocket {
 public:
  UvUdpSocket(uv_loop_t* loop, HandleCount& handles, ReceiveBuffer& buffer, SocketObserver& observer)
      : loop_(loop), buffer_(buffer), observer_(observer), udp_(handles) {}

  IoError open(const SocketOptions& options) override;
  IoError connect(const core::Address& remote) override;
  core::Address local_address() const override;
  int family() const override { return family_; }
  int descriptor() const override;
  void send(const core::Outbox& outbox, size_t first, size_t last) override;
  void set_ref(bool keep_alive) override;
  void stop() override;
  void close(std::function<void()> closed) override;

 private:
  struct SendRequest;

  IoError bind(const SocketOptions& options);
  IoError start_reading();
  void on_received(ssize_t size, const uint8_t* bytes, const sockaddr* from, unsigned flags);
  void on_sent(const SendRequest& request, int status);
  void send_one(const core::Address& to, core::ByteView bytes);
  void enqueue(const core::Address& to, const sockaddr* target, core::ByteView bytes);
  void fail(int error);

  uv_loop_t* const loop_;
  ReceiveBuffer& buffer_;
  SocketObserver& observer_;
  UvHandle<uv_udp_t> udp_;
  int family_ = 4;
  bool connected_ = false;
  bool reading_ = false;
};

}  // namespace io
