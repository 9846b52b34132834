#pragma once

#ifdef __linux__

#include <algorithm>
#include <memory>
#include <vector>

#include "datagram_socket.h"
#include "fleet.h"
#include "receive_buffer.h"
#include "send_queue.h"
#include "socket_fd.h"
#include "uv_handle.h"

namespace io {

/// Linux: the sockets of a fleet behind one epoll descriptor, which is all that libuv knows of them. A socket of one
/// device is connected to the server; one of many is bound to the wildcard address, and each datagram says which of the
/// pool's addresses it leaves from.
class FleetSocket final : public DatagramSocket, public Fleet {
 public:
  FleetSocket(uv_loop_t* loop, HandleCount& handles, ReceiveBuffer& buffer, SocketObserver& observer,
              const FleetOptions& options)
      : loop_(loop), buffer_(buffer), observer_(observer), fleet_(options), poll_(handles),
        queue_(observer, std::max(kMaxQueuedDatagrams, static_cast<size_t>(options.sockets))) {}

  /// `remote` is the server; `local` has its family, and no port.
  IoError open(const SocketOptions& options) override;
  IoError connect(const core::Address&) override { return {UV_ENOTSUP, "connect"}; }
  /// Of the first socket.
  core::Address local_address() const override { return ports_.empty() ? core::Address() : ports_.front().local; }
  int family() const override { return options_.remote.family; }
  /// The one that libuv polls: readable when one of the sockets is.
  int descriptor() const override { return epoll_.value(); }
  void send(const core::Outbox& outbox, size_t first, size_t last) override;
  void set_ref(bool keep_alive) override;
  void stop() override;
  void close(std::function<void()> closed) override;

  uint64_t size() const override { return fleet_.sockets * (pooled() ? fleet_.sources : 1); }
  core::Address address_of(uint64_t slot) const override;
  IoError renew(uint64_t slot) override;

 private:
  struct Port {
    UniqueFd fd;
    core::Address local;  ///< of a pool's socket the port alone means something
  };
  /// Index of a port in ports_, plus 1; 0 for none. One entry for each number that a UDP port can have.
  using PortIndex = std::unique_ptr<uint16_t[]>;

  bool pooled() const { return fleet_.first_source.family != 0; }
  core::Address source(uint64_t n) const;
  IoError check_sources() const;
  IoError open_port(Port& out) const;
  IoError add_port(uint32_t index, Port port);
  void on_poll();
  bool receive_batch(Port& port);
  void report_errors(const Port& port);
  size_t transmit(const core::Outbox& outbox, size_t first, size_t last);
  size_t transmit_from(const Port& port, const core::Outbox& outbox, size_t first, size_t last);
  void enqueue(const core::Outbox& outbox, size_t first, size_t last);
  void on_writable();
  void watch(uint32_t index, uint32_t events);
  void fail(int error);

  uv_loop_t* const loop_;
  ReceiveBuffer& buffer_;
  SocketObserver& observer_;
  const FleetOptions fleet_;
  SocketOptions options_;
  std::vector<Port> ports_;
  PortIndex index_of_port_;
  UniqueFd epoll_;
  UvHandle<uv_poll_t> poll_;  // after the descriptors: must be closed first
  bool reading_ = false;
  uint32_t blocked_ = 0;  ///< the socket that took no more, while queue_ has something
  int blocked_by_ = 0;    ///< why: EAGAIN or ENOBUFS
  SendQueue queue_;
};

}  // namespace io

#endif  // __linux__
