#pragma once

#ifndef _WIN32

#include "datagram_socket.h"
#include "sockaddr.h"
#include "socket_fd.h"

namespace io {

/// A UDP socket, bound and (with a remote address) connected as `options` say. An adopted one is duplicated, and keeps
/// its own options.
IoError open_udp_fd(const SocketOptions& options, UniqueFd& out);

/// connect(2) for a socket of `family` (4 or 6).
IoError connect_udp_fd(int fd, int family, const core::Address& remote);

/// Makes the kernel answer for everybody that nobody listens, while the port stays taken: a socket that is connected to
/// itself hears nobody. For sockets that are not connected. `bound` is then where it was, for reveal_udp_fd().
IoError hide_udp_fd(int fd, SocketAddress& bound);
/// Undoes it. After an error the port may be lost.
IoError reveal_udp_fd(int fd, const SocketAddress& bound);

}  // namespace io

#endif  // _WIN32
