#include "tcp_connector.h"

#include <utility>

#ifndef _WIN32
#include <sys/socket.h>

#include <cerrno>

#include "sockaddr.h"
#include "socket_fd.h"
#endif

namespace io {

#ifndef _WIN32

IoError TcpConnector::start(uv_loop_t* loop, int fd, const core::Address& to, Done done) {
  SocketAddress address;
  const int family = family_of(fd);
  if (family == 0) return {UV_EBADF, "connect"};
  const socklen_t size = to_sockaddr(to, family, address);
  if (size == 0) return family_mismatch("connect");

  fd_ = fd;
  done_ = std::move(done);
  // Before connect(2), since it also finds a descriptor that is being watched already.
  if (IoError error = watch(loop)) return error;
  if (connect(fd, &address.any, size) == 0 || errno == EINPROGRESS || errno == EINTR) return {};
  refuse(loop, -errno);
  return {};
}

IoError TcpConnector::watch(uv_loop_t* loop) {
  const int error = poll_.open(this, [this, loop](uv_poll_t* poll) { return uv_poll_init(loop, poll, fd_); });
  if (error != 0) return {error, "uv_poll_init"};
  uv_poll_start(poll_.raw(), UV_WRITABLE,
                [](uv_poll_t* poll, int status, int) { static_cast<TcpConnector*>(poll->data)->answered(status); });
  return {};
}

/// For what connect(2) refuses at once: not every such socket shows it to poll.
void TcpConnector::refuse(uv_loop_t* loop, int error) {
  cancel();
  refused_with_ = error;
  refusal_.open(this, [loop](uv_timer_t* timer) { return uv_timer_init(loop, timer); });
  uv_timer_start(
      refusal_.raw(),
      [](uv_timer_t* timer) {
        auto* connector = static_cast<TcpConnector*>(timer->data);
        connector->finish(connector->refused_with_);
      },
      0, 0);
}

/// `status` alone does not tell: libuv makes EBADF of every error.
void TcpConnector::answered(int status) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  finish(error != 0 ? -error : status);
}

void TcpConnector::finish(int outcome) {
  cancel();
  std::exchange(done_, nullptr)(outcome);
}

#else

IoError TcpConnector::start(uv_loop_t*, int, const core::Address&, Done) { return {UV_ENOTSUP, "connect"}; }

#endif

void TcpConnector::cancel() {
  poll_.close();  // which stops it
  refusal_.close();
}

}  // namespace io
