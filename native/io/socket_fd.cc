#ifndef _WIN32

#include "socket_fd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "sockaddr.h"

namespace io {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  reset();
  fd_ = other.release();
  return *this;
}

UniqueFd::~UniqueFd() { reset(); }

void UniqueFd::reset() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

UniqueFd new_socket_fd(int address_family, int type) {
#ifdef SOCK_NONBLOCK
  return UniqueFd(socket(address_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
  UniqueFd fd(socket(address_family, type, 0));
  if (fd.value() < 0) return fd;
  if (fcntl(fd.value(), F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd.value(), F_SETFL, O_NONBLOCK) != 0) fd.reset();
  return fd;
#endif
}

bool set_socket_flag(int fd, int level, int name, bool value) {
  const int number = value ? 1 : 0;
  return setsockopt(fd, level, name, &number, sizeof number) == 0;
}

IoError system_failure(const char* syscall) { return {-errno, syscall}; }

core::Address local_address_of(int fd) {
  SocketAddress address;
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0) return {};
  return from_sockaddr(&address.any);
}

int family_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return 4;
  return address.ss_family == AF_INET6 ? 6 : 0;
}

int path_mtu_of(int fd) {
#ifdef IP_MTU
  int mtu = 0;
  socklen_t size = sizeof mtu;
  const int error = family_of(fd) == 4 ? getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &size)
                                       : getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &size);
  return error == 0 ? mtu : 0;
#else
  static_cast<void>(fd);
  return 0;
#endif
}

bool has_input(int fd) {
  pollfd asked = {fd, POLLIN, 0};
  return poll(&asked, 1, 0) > 0;
}

int shut_down(int fd) { return shutdown(fd, SHUT_RDWR) == 0 ? 0 : -errno; }

}  // namespace io

#endif  // _WIN32
