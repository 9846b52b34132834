#include "tcp_fd.h"

#include <uv.h>

#ifndef _WIN32
#include <netinet/in.h>
#include <sys/socket.h>

#include "sockaddr.h"
#include "socket_fd.h"
#endif

namespace io {

#ifndef _WIN32

IoError open_tcp(const TcpOptions& options, int& out) {
  const int family = options.local.family;
  SocketAddress local;
  const socklen_t local_size = to_sockaddr(options.local, family, local);
  if (local_size == 0) return family_mismatch("bind");

  UniqueFd fd = new_socket_fd(local.any.sa_family, SOCK_STREAM);
  if (fd.value() < 0) return system_failure("socket");
  if (family == 6 && !set_socket_flag(fd.value(), IPPROTO_IPV6, IPV6_V6ONLY, false)) {
    return system_failure("setsockopt");
  }
  if (options.reuse_address && !set_socket_flag(fd.value(), SOL_SOCKET, SO_REUSEADDR)) {
    return system_failure("setsockopt");
  }
  if (IoError error = apply_routing_options(fd.value(), family, options.routing)) return error;
  if (options.bind && bind(fd.value(), &local.any, local_size) != 0) return system_failure("bind");
  if (options.backlog > 0 && listen(fd.value(), options.backlog) != 0) return system_failure("listen");
  out = fd.release();
  return {};
}

IoError tcp_address(int fd, core::Address& out) {
  SocketAddress address;
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0) return system_failure("getsockname");
  out = from_sockaddr(&address.any);
  return {};
}

int shut_down_tcp(int fd) { return shut_down(fd); }

void close_tcp(int fd) { UniqueFd(fd).reset(); }

#else

IoError open_tcp(const TcpOptions&, int&) { return {UV_ENOTSUP, "socket"}; }
IoError tcp_address(int, core::Address&) { return {UV_ENOTSUP, "getsockname"}; }
int shut_down_tcp(int) { return UV_ENOTSUP; }
void close_tcp(int) {}

#endif

}  // namespace io
