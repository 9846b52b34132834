#include "uv_udp_socket.h"

#include <memory>
#include <vector>

#include "sockaddr.h"
#include "udp_fd.h"

namespace io {

/// A datagram that libuv sends when the kernel has room again. Frees itself in its callback; libuv cancels the
/// outstanding ones before the close callback of their handle.
struct UvUdpSocket::SendRequest : uv_udp_send_t {
  UvUdpSocket* socket;
  core::Address to;
  std::vector<uint8_t> bytes;
};

IoError UvUdpSocket::open(const SocketOptions& options) {
  family_ = options.local.family;
  connected_ = options.remote.family != 0;
  const int error = udp_.open(this, [this](uv_udp_t* udp) { return uv_udp_init(loop_, udp); });
  if (error != 0) return {error, "uv_udp_init"};
  if (IoError refused = bind(options)) return refused;
  return start_reading();
}

#ifndef _WIN32

IoError UvUdpSocket::bind(const SocketOptions& options) {
  UniqueFd fd;
  if (IoError error = open_udp_fd(options, fd)) return error;
  if (int error = uv_udp_open(udp_.raw(), fd.value()); error != 0) return {error, "uv_udp_open"};
  fd.release();
  return {};
}

#else

IoError UvUdpSocket::bind(const SocketOptions& options) {
  const bool shared = options.reuse_port || options.share_once_bound || options.descriptor >= 0;
  if (shared || options.routing.any()) return {UV_ENOTSUP, "setsockopt"};
  SocketAddress address;
  if (to_sockaddr(options.local, family_, address) == 0) return family_mismatch("bind");
  unsigned flags = 0;
  if (options.ipv6_only) flags |= UV_UDP_IPV6ONLY;
  if (options.reuse_address) flags |= UV_UDP_REUSEADDR;
  if (int error = uv_udp_bind(udp_.raw(), &address.any, flags); error != 0) return {error, "bind"};

  int receive_buffer = options.receive_buffer > 0 ? options.receive_buffer : (connected_ ? 0 : kServerBuffer);
  int send_buffer = options.send_buffer > 0 ? options.send_buffer : (connected_ ? 0 : kServerBuffer);
  if (receive_buffer > 0) uv_recv_buffer_size(udp_.handle(), &receive_buffer);
  if (send_buffer > 0) uv_send_buffer_size(udp_.handle(), &send_buffer);
  return connected_ ? connect(options.remote) : IoError{};
}

#endif

/// What libuv has queued keeps the addresses that it was given.
IoError UvUdpSocket::connect(const core::Address& remote) {
  SocketAddress address;
  if (to_sockaddr(remote, family_, address) == 0) return family_mismatch("connect");
  if (int error = uv_udp_connect(udp_.raw(), &address.any); error != 0) return {error, "connect"};
  connected_ = true;
  return {};
}

core::Address UvUdpSocket::local_address() const {
  SocketAddress address;
  int size = sizeof address;
  if (!udp_.is_open() || uv_udp_getsockname(udp_.raw(), &address.any, &size) != 0) return {};
  return from_sockaddr(&address.any);
}

int UvUdpSocket::descriptor() const {
#ifdef _WIN32
  return -1;
#else
  int fd = -1;
  return udp_.is_open() && uv_fileno(udp_.handle(), &fd) == 0 ? fd : -1;
#endif
}

void UvUdpSocket::set_ref(bool keep_alive) {
  if (!udp_.is_open()) return;
  keep_alive ? uv_ref(udp_.handle()) : uv_unref(udp_.handle());
}

void UvUdpSocket::stop() {
  reading_ = false;
  if (udp_.is_open()) uv_udp_recv_stop(udp_.raw());
}

void UvUdpSocket::close(std::function<void()> closed) {
  stop();
  udp_.close(std::move(closed));
}

// Receiving

IoError UvUdpSocket::start_reading() {
  const int error = uv_udp_recv_start(
      udp_.raw(),
      [](uv_handle_t* handle, size_t, uv_buf_t* out) {
        auto* socket = static_cast<UvUdpSocket*>(handle->data);
        *out = uv_buf_init(reinterpret_cast<char*>(socket->buffer_.slot(0)), ReceiveBuffer::kSlotSize);
      },
      [](uv_udp_t* udp, ssize_t size, const uv_buf_t* buffer, const sockaddr* from, unsigned flags) {
        auto* bytes = reinterpret_cast<const uint8_t*>(buffer->base);
        static_cast<UvUdpSocket*>(udp->data)->on_received(size, bytes, from, flags);
      });
  reading_ = error == 0;
  return {error, "uv_udp_recv_start"};
}

/// libuv calls this up to 32 times per readiness event and then once with nothing.
void UvUdpSocket::on_received(ssize_t size, const uint8_t* bytes, const sockaddr* from, unsigned flags) {
  if (!reading_) return;
  if (size < 0) {
    const int error = static_cast<int>(size);
    if (!is_passing_error(error)) return fail(error);
    observer_.receive_failed(error);
    return;
  }
  if (from == nullptr) return;
  ReceivedDatagram datagram{{bytes, static_cast<size_t>(size)}, from_sockaddr(from), (flags & UV_UDP_PARTIAL) != 0};
  observer_.datagrams_received({&datagram, 1});
}

void UvUdpSocket::fail(int error) {
  stop();
  observer_.socket_broken(error);
}

// Sending

void UvUdpSocket::send(const core::Outbox& outbox, size_t first, size_t last) {
  if (!udp_.is_open()) return;
  for (; first < last; ++first) send_one(outbox[first].to, outbox.bytes(outbox[first]));
}

void UvUdpSocket::send_one(const core::Address& to, core::ByteView bytes) {
  SocketAddress address;
  const sockaddr* target = nullptr;
  if (!connected_) {
    if (to_sockaddr(to, family_, address) == 0) return observer_.send_failed(to, UV_EAFNOSUPPORT, true);
    target = &address.any;
  }
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(reinterpret_cast<const char*>(bytes.data())), static_cast<unsigned>(bytes.size()));
  int sent = uv_udp_try_send(udp_.raw(), &buffer, 1, target);
  if (connected_ && is_unreachable_error(sent)) {
    // The error may belong to an earlier datagram, and this one has not been tried at all.
    observer_.send_failed(to, sent, false);
    sent = uv_udp_try_send(udp_.raw(), &buffer, 1, target);
  }
  if (sent == UV_EAGAIN || sent == UV_ENOBUFS) return enqueue(to, target, bytes);
  if (sent < 0) observer_.send_failed(to, sent, true);
}

void UvUdpSocket::enqueue(const core::Address& to, const sockaddr* target, core::ByteView bytes) {
  if (uv_udp_get_send_queue_count(udp_.raw()) >= kMaxQueuedDatagrams ||
      uv_udp_get_send_queue_size(udp_.raw()) + bytes.size() > kMaxQueuedBytes) {
    return observer_.datagrams_dropped(1);
  }
  auto request = std::make_unique<SendRequest>();
  request->socket = this;
  request->to = to;
  request->bytes.assign(bytes.begin(), bytes.end());
  const uv_buf_t buffer =
      uv_buf_init(reinterpret_cast<char*>(request->bytes.data()), static_cast<unsigned>(request->bytes.size()));
  const int error = uv_udp_send(request.get(), udp_.raw(), &buffer, 1, target, [](uv_udp_send_t* done, int status) {
    std::unique_ptr<SendRequest> finished(static_cast<SendRequest*>(done));
    finished->socket->on_sent(*finished, status);
  });
  if (error != 0) return observer_.send_failed(to, error, true);
  request.release();
}

void UvUdpSocket::on_sent(const SendRequest& request, int status) {
  if (status == UV_ECANCELED) return observer_.datagrams_dropped(1);
  if (status < 0) observer_.send_failed(request.to, status, true);
}

}  // namespace io
