#ifndef _WIN32

#include "udp_fd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "sockaddr.h"

namespace io {

namespace {

/// Best effort on purpose: the kernel caps at its own maximum, and a smaller buffer works too.
void set_buffer(int fd, int name, int asked, bool connected) {
  int size = asked > 0 ? asked : (connected ? 0 : kServerBuffer);
  if (size > 0) setsockopt(fd, SOL_SOCKET, name, &size, sizeof size);
}

/// False with errno. After bind() it only lets others come: the address was nobody's. Before, bind() joins whoever is
/// there, and so may the system's choice of a port.
bool share_port(int fd) {
#ifdef SO_REUSEPORT
  return set_socket_flag(fd, SOL_SOCKET, SO_REUSEPORT);
#else
  errno = ENOTSUP;
  return false;
#endif
}

IoError adopt_udp_fd(const SocketOptions& options, UniqueFd& out) {
  UniqueFd fd(fcntl(options.descriptor, F_DUPFD_CLOEXEC, 0));
  if (fd.value() < 0) return system_failure("dup");
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd.value(), SOL_SOCKET, SO_TYPE, &type, &size) != 0) return system_failure("getsockopt");
  if (type != SOCK_DGRAM || family_of(fd.value()) != options.local.family) return {UV_EINVAL, "dup"};
  out = std::move(fd);
  return {};
}

}  // namespace

IoError open_udp_fd(const SocketOptions& options, UniqueFd& out) {
  if (options.descriptor >= 0) return adopt_udp_fd(options, out);
  const bool connected = options.remote.family != 0;
  const int family = options.local.family;
  SocketAddress local;
  const socklen_t local_size = to_sockaddr(options.local, family, local);
  if (local_size == 0) return family_mismatch("bind");

  UniqueFd fd = new_socket_fd(local.any.sa_family, SOCK_DGRAM);
  if (fd.value() < 0) return system_failure("socket");

  if (family == 6 && !set_socket_flag(fd.value(), IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only)) {
    return system_failure("setsockopt");
  }
  if (options.reuse_address && !set_socket_flag(fd.value(), SOL_SOCKET, SO_REUSEADDR)) {
    return system_failure("setsockopt");
  }
  if (options.reuse_port && !share_port(fd.value())) return system_failure("setsockopt");
  set_buffer(fd.value(), SO_RCVBUF, options.receive_buffer, connected);
  set_buffer(fd.value(), SO_SNDBUF, options.send_buffer, connected);
  if (IoError error = apply_routing_options(fd.value(), family, options.routing)) return error;

  if (bind(fd.value(), &local.any, local_size) != 0) return system_failure("bind");
  if (options.share_once_bound && !share_port(fd.value())) return system_failure("setsockopt");
  if (connected) {
    if (IoError error = connect_udp_fd(fd.value(), family, options.remote)) return error;
  }
  out = std::move(fd);
  return {};
}

IoError connect_udp_fd(int fd, int family, const core::Address& remote) {
  SocketAddress address;
  const socklen_t size = to_sockaddr(remote, family, address);
  if (size == 0) return family_mismatch("connect");
  return connect(fd, &address.any, size) == 0 ? IoError{} : system_failure("connect");
}

IoError hide_udp_fd(int fd, SocketAddress& bound) {
  socklen_t size = sizeof bound;
  if (getsockname(fd, &bound.any, &size) != 0) return system_failure("getsockname");
  SocketAddress self = bound;
  const bool v4 = self.any.sa_family == AF_INET;
  if (v4 && self.v4.sin_addr.s_addr == htonl(INADDR_ANY)) self.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!v4 && IN6_IS_ADDR_UNSPECIFIED(&self.v6.sin6_addr)) self.v6.sin6_addr = in6addr_loopback;
  return connect(fd, &self.any, size) == 0 ? IoError{} : system_failure("connect");
}

/// A port that the system has chosen is let go together with the connection, and has to be bound again.
IoError reveal_udp_fd(int fd, const SocketAddress& bound) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  // BSD does it and says that it does not know the family.
  if (connect(fd, &nobody, sizeof nobody) != 0 && errno != EAFNOSUPPORT && errno != EINVAL) {
    return system_failure("connect");
  }
  SocketAddress now;
  socklen_t size = sizeof now;
  if (getsockname(fd, &now.any, &size) != 0) return system_failure("getsockname");
  const in_port_t port = now.any.sa_family == AF_INET ? now.v4.sin_port : now.v6.sin6_port;
  if (port != 0) return {};
  return bind(fd, &bound.any, size) == 0 ? IoError{} : system_failure("bind");
}

}  // namespace io

#endif  // _WIN32
