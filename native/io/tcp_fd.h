#pragma once

#include "../core/address.h"
#include "io_error.h"
#include "routing_options.h"

namespace io {

struct TcpOptions {
  core::Address local;  ///< its family is the socket's
  bool bind = false;
  int backlog = 0;  ///< above 0: listen
  bool reuse_address = false;
  RoutingOptions routing;
};

// TCP sockets for node:net, which takes descriptors over but cannot set these options. Elsewhere than on POSIX systems
// all of them fail with ENOTSUP.

/// A new descriptor, non-blocking and close-on-exec; it is the caller's.
IoError open_tcp(const TcpOptions& options, int& out);

/// Address and port of its own end.
IoError tcp_address(int fd, core::Address& out);

/// shutdown(2) in both directions: 0 or a negative error number.
int shut_down_tcp(int fd);

void close_tcp(int fd);

}  // namespace io
