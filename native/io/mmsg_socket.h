#pragma once

#ifdef __linux__

#include "datagram_socket.h"
#include "receive_buffer.h"
#include "send_queue.h"
#include "udp_fd.h"
#include "uv_handle.h"

namespace io {

/// Linux: a file descriptor of our own under uv_poll, read and written in batches by recvmmsg and sendmmsg.
class MmsgSocket final : public DatagramSocket {
 public:
  MmsgSocket(uv_loop_t* loop, HandleCount& handles, ReceiveBuffer& buffer, SocketObserver& observer)
      : loop_(loop), buffer_(buffer), observer_(observer), poll_(handles), queue_(observer) {}

  IoError open(const SocketOptions& options) override;
  IoError connect(const core::Address& remote) override;
  core::Address local_address() const override { return local_address_of(fd_.value()); }
  int family() const override { return family_; }
  int descriptor() const override { return fd_.value(); }
  void send(const core::Outbox& outbox, size_t first, size_t last) override;
  void set_ref(bool keep_alive) override;
  void stop() override;
  void close(std::function<void()> closed) override;

 private:
  void on_poll(int status, int events);
  void on_readable();
  void on_writable();
  enum class Received { kMore, kDone };
  Received receive_batch();
  Received receive_error(int error);
  void read_before_error();
  void drain_poll_error();
  size_t transmit(const core::Outbox& outbox, size_t first, size_t last);
  void enqueue(const core::Outbox& outbox, size_t first, size_t last);
  void watch(int events);
  void fail(int error);

  uv_loop_t* const loop_;
  ReceiveBuffer& buffer_;
  SocketObserver& observer_;
  UniqueFd fd_;
  UvHandle<uv_poll_t> poll_;  // after fd_: must be closed first
  int family_ = 4;
  bool connected_ = false;
  bool packet_info_ = false;  ///< bound to a wildcard address: our own address is part of each peer's
  bool reporting_error_ = false;
  bool reading_ = false;
  int empty_poll_errors_ = 0;
  int blocked_by_ = 0;  ///< why the kernel took no more: EAGAIN or ENOBUFS
  SendQueue queue_;
};

}  // namespace io

#endif  // __linux__
