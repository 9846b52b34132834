#pragma once

#include "datagram_socket.h"
#include "socket_fd.h"

namespace io {

/// A bound UDP socket without a loop, for endpoints to adopt. Only POSIX systems have it: elsewhere open() fails with
/// ENOTSUP.
class UdpPort {
 public:
  IoError open(const SocketOptions& options);
  /// -1 where there is none.
  int descriptor() const;
  /// Family 0 where there is none.
  core::Address local_address() const;
  /// Idempotent.
  void close();

#ifndef _WIN32
 private:
  UniqueFd fd_;
#endif
};

}  // namespace io
