#pragma once

#ifndef _WIN32

#include <utility>

#include "../core/address.h"
#include "io_error.h"

namespace io {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  int value() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

/// A non-blocking, close-on-exec socket of the address family AF_INET or AF_INET6, of `type` SOCK_DGRAM or SOCK_STREAM.
/// Negative value, and errno, when the system has none.
UniqueFd new_socket_fd(int address_family, int type);

/// False with errno.
bool set_socket_flag(int fd, int level, int name, bool value = true);

/// What errno says.
IoError system_failure(const char* syscall);

/// Family 0 when the kernel refuses to tell.
core::Address local_address_of(int fd);

/// 4 or 6, of the socket itself: an IPv6 one with an IPv4-mapped address is 6. 0 for any other descriptor.
int family_of(int fd);

/// Of a connected socket, IP header included; 0 when the system does not tell.
int path_mtu_of(int fd);

/// Whether reading would find something, an error included.
bool has_input(int fd);

/// shutdown(2) in both directions: 0 or a negative error number.
int shut_down(int fd);

}  // namespace io

#endif  // _WIN32
