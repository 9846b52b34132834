#ifdef __linux__

#include "mmsg_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "packet_info.h"
#include "sockaddr.h"

namespace io {

namespace {

constexpr size_t kSendBatch = 32;

// Work per readiness event, so that a storm leaves the loop room for its other work. The time is what matters (32 full
// handshake steps take more than a millisecond); the count bounds plain traffic.
constexpr int kBatchesPerTurn = 8;
constexpr uint64_t kNanosPerTurn = 2'000'000;

// Errors that one readiness event may fetch from a connected socket.
constexpr int kErrorsPerTurn = 16;

// Polls in a row that announce an error which is then not to be found: the descriptor is beyond help.
constexpr int kMaxEmptyPollErrors = 64;

}  // namespace

IoError MmsgSocket::open(const SocketOptions& options) {
  if (IoError error = open_udp_fd(options, fd_)) return error;
  family_ = options.local.family;
  connected_ = options.remote.family != 0;
  packet_info_ = !connected_ && options.local.ip == core::Address{}.ip;
  if (packet_info_ && !PacketInfo::enable(fd_.value(), family_)) return {-errno, "setsockopt"};
  const int error = poll_.open(this, [this](uv_poll_t* poll) { return uv_poll_init(loop_, poll, fd_.value()); });
  if (error != 0) return {error, "uv_poll_init"};
  reading_ = true;
  watch(UV_READABLE);
  return {};
}

IoError MmsgSocket::connect(const core::Address& remote) {
  if (connected_) return {UV_EISCONN, "connect"};
  if (IoError error = connect_udp_fd(fd_.value(), family_, remote)) return error;
  connected_ = true;
  packet_info_ = false;
  queue_.drop();
  if (reading_) watch(UV_READABLE);
  return {};
}

void MmsgSocket::set_ref(bool keep_alive) {
  if (!poll_.is_open()) return;
  keep_alive ? uv_ref(poll_.handle()) : uv_unref(poll_.handle());
}

void MmsgSocket::stop() {
  reading_ = false;
  if (poll_.is_open()) uv_poll_stop(poll_.raw());
}

void MmsgSocket::close(std::function<void()> closed) {
  stop();
  queue_.drop();
  poll_.close(std::move(closed));
  fd_.reset();
}

// Receiving

void MmsgSocket::on_poll(int status, int events) {
  if (status < 0) return drain_poll_error();
  if (events & UV_WRITABLE) on_writable();
  if (events & UV_READABLE) on_readable();
}

void MmsgSocket::on_readable() {
  const uint64_t deadline = uv_hrtime() + kNanosPerTurn;
  for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
    if (receive_batch() == Received::kDone || !reading_ || observer_.has_enough() || uv_hrtime() > deadline) return;
  }
}

MmsgSocket::Received MmsgSocket::receive_batch() {
  mmsghdr* headers = buffer_.headers(packet_info_);
  int received;
  do {
    received = recvmmsg(fd_.value(), headers, ReceiveBuffer::kSlots, MSG_DONTWAIT, nullptr);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return received == 0 ? Received::kDone : receive_error(-errno);

  const size_t count = static_cast<size_t>(received);
  empty_poll_errors_ = 0;
  std::array<ReceivedDatagram, ReceiveBuffer::kSlots> batch;
  for (size_t i = 0; i < count; ++i) {
    batch[i].bytes = {buffer_.slot(i), headers[i].msg_len};
    batch[i].from = from_sockaddr(&buffer_.source(i).any);
    if (packet_info_) PacketInfo::read(headers[i].msg_hdr, batch[i].from);
    batch[i].truncated = (headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
  }
  buffer_.rearm(count);
  const bool go_on = observer_.datagrams_received({batch.data(), count});
  return go_on && count == ReceiveBuffer::kSlots ? Received::kMore : Received::kDone;
}

MmsgSocket::Received MmsgSocket::receive_error(int error) {
  if (error == UV_EAGAIN || reporting_error_) return Received::kDone;
  if (!is_passing_error(error)) {
    fail(error);
    return Received::kDone;
  }
  read_before_error();
  if (!reading_) return Received::kDone;
  return observer_.receive_failed(error) ? Received::kMore : Received::kDone;
}

/// The kernel tells an error before the datagrams that came ahead of it, and these say more: a peer may have sent an
/// alert and then closed its port.
void MmsgSocket::read_before_error() {
  reporting_error_ = true;
  for (int batch = 0; batch < kBatchesPerTurn && receive_batch() == Received::kMore && reading_; ++batch) {
  }
  reporting_error_ = false;
}

/// libuv takes POLLERR for a broken descriptor and stops watching. On a UDP socket it only means that an ICMP error
/// waits to be fetched.
void MmsgSocket::drain_poll_error() {
  if (!reading_) return;
  int events = UV_READABLE;
  if (!queue_.empty()) events |= UV_WRITABLE;
  for (int i = 0; i < kErrorsPerTurn; ++i) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd_.value(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return fail(-errno);
    if (error == 0) {
      if (i == 0 && ++empty_poll_errors_ > kMaxEmptyPollErrors) return fail(UV_EBADF);
      break;
    }
    empty_poll_errors_ = 0;
    if (receive_error(-error) == Received::kDone || !reading_) break;
  }
  if (reading_) watch(events);
}

void MmsgSocket::fail(int error) {
  stop();
  observer_.socket_broken(error);
}

// Sending

void MmsgSocket::send(const core::Outbox& outbox, size_t first, size_t last) {
  if (!poll_.is_open()) return;
  if (queue_.empty()) first = transmit(outbox, first, last);
  if (first < last) enqueue(outbox, first, last);
}

/// Returns the index of the first datagram that the kernel will take later, or `last`.
size_t MmsgSocket::transmit(const core::Outbox& outbox, size_t first, size_t last) {
  std::array<mmsghdr, kSendBatch> headers;
  std::array<iovec, kSendBatch> vectors;
  std::array<SocketAddress, kSendBatch> targets;
  std::array<PacketInfo, kSendBatch> sources;
  bool repeated = false;
  while (first < last) {
    const size_t count = std::min(kSendBatch, last - first);
    for (size_t i = 0; i < count; ++i) {
      const core::Outbox::Datagram& datagram = outbox[first + i];
      const core::ByteView bytes = outbox.bytes(datagram);
      vectors[i] = {const_cast<uint8_t*>(bytes.data()), bytes.size()};
      msghdr& header = headers[i].msg_hdr;
      header = {};
      header.msg_iov = &vectors[i];
      header.msg_iovlen = 1;
      if (connected_) continue;
      header.msg_name = &targets[i];
      header.msg_namelen = to_sockaddr(datagram.to, family_, targets[i]);
      if (packet_info_) sources[i].write(datagram.to, family_, header);
    }
    const int sent = sendmmsg(fd_.value(), headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (sent > 0) {
      first += static_cast<size_t>(sent);
      repeated = false;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) {
      blocked_by_ = errno;
      return first;
    }
    // On a connected socket the error may belong to an earlier datagram, and this one has not been tried at all.
    const bool try_again = connected_ && !repeated && is_unreachable_error(-errno);
    observer_.send_failed(outbox[first].to, -errno, !try_again);
    repeated = try_again;
    if (!try_again) ++first;
  }
  return last;
}

void MmsgSocket::enqueue(const core::Outbox& outbox, size_t first, size_t last) {
  const bool was_empty = queue_.empty();
  queue_.add(outbox, first, last);
  if (was_empty && !queue_.empty() && reading_) watch(UV_READABLE | UV_WRITABLE);
}

void MmsgSocket::on_writable() {
  queue_.drain(
      [this](const core::Outbox& waiting, size_t first, size_t last) { return transmit(waiting, first, last); },
      [this] { return blocked_by_ == ENOBUFS; });
  if (queue_.empty()) watch(UV_READABLE);
}

void MmsgSocket::watch(int events) {
  uv_poll_start(poll_.raw(), events, [](uv_poll_t* poll, int status, int ready) {
    static_cast<MmsgSocket*>(poll->data)->on_poll(status, ready);
  });
}

}  // namespace io

#endif  // __linux__
