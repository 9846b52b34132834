#ifndef _WIN32

#include "udp_fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "sockaddr.h"

namespace io {

namespace {

bool set_flag(int fd, int level, int name, bool value = true) {
  int number = value ? 1 : 0;
  return setsockopt(fd, level, name, &number, sizeof number) == 0;
}

/// Best effort on purpose: the kernel caps at its own maximum, and a smaller buffer works too.
void set_buffer(int fd, int name, int asked, bool connected) {
  int size = asked > 0 ? asked : (connected ? 0 : kServerBuffer);
  if (size > 0) setsockopt(fd, SOL_SOCKET, name, &size, sizeof size);
}

UniqueFd new_socket(int family) {
#ifdef SOCK_NONBLOCK
  return UniqueFd(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
  UniqueFd fd(socket(family, SOCK_DGRAM, 0));
  if (fd.value() < 0) return fd;
  if (fcntl(fd.value(), F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd.value(), F_SETFL, O_NONBLOCK) != 0) fd.reset();
  return fd;
#endif
}

IoError failed(const char* syscall) { return {-errno, syscall}; }

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  reset();
  fd_ = other.release();
  return *this;
}

UniqueFd::~UniqueFd() { reset(); }

void UniqueFd::reset() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

IoError open_udp_fd(const SocketOptions& options, UniqueFd& out) {
  const bool connected = options.remote.family != 0;
  SocketAddress local;
  SocketAddress remote;
  const socklen_t local_size = to_sockaddr(options.local, options.local.family, local);
  if (local_size == 0) return family_mismatch("bind");
  const socklen_t remote_size = connected ? to_sockaddr(options.remote, options.local.family, remote) : 0;
  if (connected && remote_size == 0) return family_mismatch("connect");

  UniqueFd fd = new_socket(local.any.sa_family);
  if (fd.value() < 0) return failed("socket");

  if (options.local.family == 6 && !set_flag(fd.value(), IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only)) {
    return failed("setsockopt");
  }
  if (options.reuse_address && !set_flag(fd.value(), SOL_SOCKET, SO_REUSEADDR)) return failed("setsockopt");
  if (options.reuse_port) {
#ifdef SO_REUSEPORT
    if (!set_flag(fd.value(), SOL_SOCKET, SO_REUSEPORT)) return failed("setsockopt");
#else
    return {UV_ENOTSUP, "setsockopt"};
#endif
  }
  set_buffer(fd.value(), SO_RCVBUF, options.receive_buffer, connected);
  set_buffer(fd.value(), SO_SNDBUF, options.send_buffer, connected);

  if (bind(fd.value(), &local.any, local_size) != 0) return failed("bind");
  if (connected && connect(fd.value(), &remote.any, remote_size) != 0) return failed("connect");
  out = std::move(fd);
  return {};
}

core::Address local_address_of(int fd) {
  SocketAddress address;
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0) return {};
  return from_sockaddr(&address.any);
}

}  // namespace io

#endif  // _WIN32
