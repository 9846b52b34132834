#pragma once

#ifndef _WIN32

#include <utility>

#include "datagram_socket.h"

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

/// A non-blocking, close-on-exec UDP socket, bound and (with a remote address) connected as `options` say.
IoError open_udp_fd(const SocketOptions& options, UniqueFd& out);

/// Family 0 when the kernel refuses to tell.
core::Address local_address_of(int fd);

}  // namespace io

#endif  // _WIN32
