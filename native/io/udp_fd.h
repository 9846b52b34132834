#pragma once

#ifndef _WIN32

#include "datagram_socket.h"
#include "socket_fd.h"

namespace io {

/// A UDP socket, bound and (with a remote address) connected as `options` say. An adopted one is duplicated, and keeps
/// its own options.
IoError open_udp_fd(const SocketOptions& options, UniqueFd& out);

/// connect(2) for a socket of `family` (4 or 6).
IoError connect_udp_fd(int fd, int family, const core::Address& remote);

}  // namespace io

#endif  // _WIN32
