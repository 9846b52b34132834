#pragma once

#include <functional>
#include <span>

#include "../core/address.h"
#include "../core/bytes.h"
#include "../core/outbox.h"
#include "io_error.h"
#include "routing_options.h"

namespace io {

struct SocketOptions {
  core::Address local;
  core::Address remote;  ///< family 0: not connected, speaks to everybody
  bool ipv6_only = false;
  bool reuse_address = false;
  bool reuse_port = false;
  bool share_once_bound = false;  ///< reuse_port, but the address must be nobody's yet
  int descriptor = -1;            ///< adopt another descriptor of this socket, bound to `local`, instead of making one
  int receive_buffer = 0;         ///< bytes; 0: kServerBuffer when not connected, else the system's default
  int send_buffer = 0;            ///< bytes; likewise
  RoutingOptions routing;
};

/// Kernel buffers of a server socket, asked for on a best-effort basis: thousands of clients that start together send
/// faster than one core shakes hands, and what does not fit here is lost and comes again after a second.
constexpr int kServerBuffer = 4 << 20;

/// Datagrams that may wait for a kernel (or a script) that takes no more, per socket.
constexpr size_t kMaxQueuedDatagrams = 1024;
constexpr size_t kMaxQueuedBytes = 1 << 20;

struct ReceivedDatagram {
  core::ByteView bytes;  ///< borrowed from a buffer that all sockets of the reactor share
  core::Address from;
  bool truncated;
};

/// Who a socket reports to. Except where noted, calls come straight from a libuv callback, and the observer may close
/// the socket from inside; the socket object itself stays alive until its close has completed.
class SocketObserver {
 public:
  virtual ~SocketObserver() = default;
  /// False: do not read on in this turn; the socket was closed, or nobody takes events any more.
  virtual bool datagrams_received(std::span<const ReceivedDatagram> batch) = 0;
  /// Asked between two batches: the loop shall turn before more is read.
  virtual bool has_enough() const = 0;
  /// The network reported an error to a connected socket, for something sent earlier. Return value as above.
  virtual bool receive_failed(int error) = 0;
  /// Of fleets: the network reported an error for what `device` had sent. Return value as above.
  virtual bool device_unreachable(const core::Address& device, int error) = 0;
  /// The kernel refused the datagram to `to`, or had an error waiting for that peer. Called from inside send() too:
  /// may only take a note. `lost`: this datagram will not be tried again.
  virtual void send_failed(const core::Address& to, int error, bool lost) = 0;
  /// `count` datagrams were dropped: queue full, or still queued at the close. May only take a note.
  virtual void datagrams_dropped(size_t count) = 0;
  /// `count` datagrams came faster than they were read, and were dropped. May only take a note.
  virtual void datagrams_unread(size_t count) = 0;
  /// The socket is of no use any more and has stopped reading. Called once.
  virtual void socket_broken(int error) = 0;
};

/// One UDP socket, or what stands for one, on the loop of its reactor.
class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;
  DatagramSocket() = default;
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  /// Creates, binds, connects and starts to read. After an error only the destructor may be called.
  virtual IoError open(const SocketOptions& options) = 0;
  /// connect(2): from now on it speaks to `remote` only, and hears what the network reports about it. What is still
  /// queued does not reach `remote`. EISCONN for a connected one.
  virtual IoError connect(const core::Address& remote) = 0;
  /// Family 0 where there is none.
  virtual core::Address local_address() const = 0;
  /// 4 or 6: the family of the socket itself, which decides the IP overhead. 6 reaches IPv4 addresses too.
  virtual int family() const = 0;
  /// -1 where there is none.
  virtual int descriptor() const = 0;

  /// Sends the datagrams [first, last) of `outbox` in order; what the kernel does not take now is copied into a bounded
  /// queue. `outbox` is not kept.
  virtual void send(const core::Outbox& outbox, size_t first, size_t last) = 0;

  /// Whether the socket keeps the loop alive.
  virtual void set_ref(bool keep_alive) = 0;
  /// Stops reading for good, and keeps the loop alive no more.
  virtual void stop() = 0;
  /// The port is free when this returns; `closed` runs later, when libuv has let go of the handle. Call once.
  virtual void close(std::function<void()> closed) = 0;
};

}  // namespace io
