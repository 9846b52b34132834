#ifdef __linux__

#include "fleet_socket.h"

#include <netinet/in.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "icmp_error.h"
#include "packet_info.h"
#include "sockaddr.h"
#include "udp_fd.h"

namespace io {

namespace {

constexpr size_t kSendBatch = 32;
constexpr int kReadyBatch = 64;

// Work per readiness event, as in MmsgSocket.
constexpr uint64_t kNanosPerTurn = 2'000'000;

// Errors that one readiness event may fetch from a socket; each may end a handshake.
constexpr int kErrorsPerTurn = 64;

/// IPv6 addresses of a prefix that is routed to this machine need not be on an interface.
bool bind_freely(int fd, int family) {
#ifndef IPV6_FREEBIND
  constexpr int IPV6_FREEBIND = 78;
#endif
  return family == 4 || set_socket_flag(fd, IPPROTO_IPV6, IPV6_FREEBIND);
}

}  // namespace

// Opening

IoError FleetSocket::open(const SocketOptions& options) {
  options_ = options;
  if (pooled() && fleet_.first_source.family != family()) return family_mismatch("bind");
  if (IoError error = check_sources()) return error;
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (epoll_.value() < 0) return system_failure("epoll_create1");
  index_of_port_ = std::make_unique<uint16_t[]>(UINT16_MAX + 1);
  ports_.resize(fleet_.sockets);
  for (uint32_t i = 0; i < fleet_.sockets; ++i) {
    Port port;
    if (IoError error = open_port(port)) return error;
    if (IoError error = add_port(i, std::move(port))) return error;
  }
  const int error = poll_.open(this, [this](uv_poll_t* poll) { return uv_poll_init(loop_, poll, epoll_.value()); });
  if (error != 0) return {error, "uv_poll_init"};
  reading_ = true;
  uv_poll_start(poll_.raw(), UV_READABLE, [](uv_poll_t* poll, int status, int) {
    auto* fleet = static_cast<FleetSocket*>(poll->data);
    status < 0 ? fleet->fail(status) : fleet->on_poll();
  });
  return {};
}

/// An IPv4 datagram from an address that is not ours would be refused much later, with words that say nothing.
IoError FleetSocket::check_sources() const {
  if (!pooled() || family() != 4) return {};
  for (const uint64_t n : {uint64_t{0}, fleet_.sources - 1}) {
    SocketOptions probe;
    probe.local = source(n);
    UniqueFd fd;
    if (IoError error = open_udp_fd(probe, fd)) return error;
  }
  return {};
}

IoError FleetSocket::open_port(Port& out) const {
  SocketOptions options = options_;
  if (pooled()) options.remote = {};
  Port port;
  if (IoError error = open_udp_fd(options, port.fd)) return error;
  const int fd = port.fd.value();
  if (pooled()) {
    const bool ready = PacketInfo::enable(fd, family()) && bind_freely(fd, family());
    if (!ready) return system_failure("setsockopt");
  }
  if (!enable_icmp_errors(fd, family())) return system_failure("setsockopt");
  port.local = local_address_of(fd);
  out = std::move(port);
  return {};
}

IoError FleetSocket::add_port(uint32_t index, Port port) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = index;
  if (epoll_ctl(epoll_.value(), EPOLL_CTL_ADD, port.fd.value(), &event) != 0) return system_failure("epoll_ctl");
  index_of_port_[port.local.port] = static_cast<uint16_t>(index + 1);
  ports_[index] = std::move(port);
  return {};
}

void FleetSocket::set_ref(bool keep_alive) {
  if (!poll_.is_open()) return;
  keep_alive ? uv_ref(poll_.handle()) : uv_unref(poll_.handle());
}

void FleetSocket::stop() {
  reading_ = false;
  if (poll_.is_open()) uv_poll_stop(poll_.raw());
}

void FleetSocket::close(std::function<void()> closed) {
  stop();
  queue_.drop();
  poll_.close(std::move(closed));
  epoll_.reset();
  ports_.clear();
}

void FleetSocket::fail(int error) {
  stop();
  observer_.socket_broken(error);
}

// Slots

core::Address FleetSocket::address_of(uint64_t slot) const {
  const Port& port = ports_[slot % ports_.size()];
  if (!pooled()) return port.local;
  core::Address address = source(slot / ports_.size());
  address.port = port.local.port;
  return address;
}

core::Address FleetSocket::source(uint64_t n) const {
  core::Address address = fleet_.first_source;
  size_t at = address.family == 4 ? 4 : 16;
  for (uint64_t carry = n; carry != 0 && at > 0;) {
    --at;
    carry += address.ip[at];
    address.ip[at] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  return address;
}

IoError FleetSocket::renew(uint64_t slot) {
  if (pooled()) return {};
  Port port;
  if (IoError error = open_port(port)) return error;
  const auto index = static_cast<uint32_t>(slot);
  const uint16_t left = ports_[index].local.port;
  if (IoError error = add_port(index, std::move(port))) return error;
  index_of_port_[left] = 0;
  return {};
}

// Receiving

void FleetSocket::on_poll() {
  const uint64_t deadline = uv_hrtime() + kNanosPerTurn;
  std::array<epoll_event, kReadyBatch> ready;
  // The kernel begins with the sockets that have waited the longest.
  while (reading_) {
    int count;
    do {
      count = epoll_wait(epoll_.value(), ready.data(), kReadyBatch, 0);
    } while (count < 0 && errno == EINTR);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = ready[static_cast<size_t>(i)];
      Port& port = ports_[event.data.u32];
      if (event.events & EPOLLOUT) on_writable();
      // First what came ahead of an error: it says more.
      const bool go_on = (event.events & (EPOLLIN | EPOLLERR)) == 0 || receive_batch(port);
      if (!reading_) return;
      if (event.events & EPOLLERR) report_errors(port);
      if (!go_on || !reading_ || observer_.has_enough() || uv_hrtime() > deadline) return;
    }
    if (count <= 0) return;
  }
}

/// False: no more in this turn.
bool FleetSocket::receive_batch(Port& port) {
  mmsghdr* headers = buffer_.headers(pooled());
  int received;
  do {
    received = recvmmsg(port.fd.value(), headers, ReceiveBuffer::kSlots, MSG_DONTWAIT, nullptr);
    // A passing error is one that report_errors() will find in the queue.
  } while (received < 0 && (errno == EINTR || is_unreachable_error(-errno)));
  if (received <= 0) return true;

  const size_t count = static_cast<size_t>(received);
  std::array<ReceivedDatagram, ReceiveBuffer::kSlots> batch;
  for (size_t i = 0; i < count; ++i) {
    batch[i].bytes = {buffer_.slot(i), headers[i].msg_len};
    batch[i].truncated = (headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    batch[i].from = port.local;
    if (!pooled()) continue;
    core::Address from = from_sockaddr(&buffer_.source(i).any);
    const bool of_server = from == options_.remote;
    PacketInfo::read(headers[i].msg_hdr, from);
    if (of_server) {
      batch[i].from.ip = from.local;
    } else {
      batch[i].from = from;  // with our own address in it, that of no device: the engine will not know it
    }
  }
  buffer_.rearm(count);
  return observer_.datagrams_received({batch.data(), count});
}

void FleetSocket::report_errors(const Port& port) {
  for (int i = 0; i < kErrorsPerTurn && reading_; ++i) {
    const std::optional<IcmpError> error = read_icmp_error(port.fd.value());
    if (!error) {
      // What is left is the number that the kernel keeps beside the queue: without this it would be told for ever.
      int number = 0;
      socklen_t size = sizeof number;
      getsockopt(port.fd.value(), SOL_SOCKET, SO_ERROR, &number, &size);
      return;
    }
    if (!is_unreachable_error(error->number)) continue;
    core::Address device = port.local;
    if (pooled()) device.ip = error->from.ip;
    if (!observer_.device_unreachable(device, error->number)) return;
  }
}

// Sending

void FleetSocket::send(const core::Outbox& outbox, size_t first, size_t last) {
  if (!poll_.is_open()) return;
  if (queue_.empty()) first = transmit(outbox, first, last);
  if (first < last) enqueue(outbox, first, last);
}

/// Sends in order. Returns the first datagram that the kernel will take later, or `last`.
size_t FleetSocket::transmit(const core::Outbox& outbox, size_t first, size_t last) {
  while (first < last) {
    const uint16_t number = outbox[first].to.port;
    size_t end = first + 1;
    while (end < last && outbox[end].to.port == number) ++end;
    const uint16_t index = index_of_port_[number];
    if (index == 0) {
      observer_.datagrams_dropped(end - first);  // the device has another port by now
      first = end;
      continue;
    }
    first = transmit_from(ports_[index - 1u], outbox, first, end);
    if (first == end) continue;
    blocked_ = index - 1u;
    return first;
  }
  return last;
}

size_t FleetSocket::transmit_from(const Port& port, const core::Outbox& outbox, size_t first, size_t last) {
  std::array<mmsghdr, kSendBatch> headers;
  std::array<iovec, kSendBatch> vectors;
  std::array<PacketInfo, kSendBatch> sources;
  SocketAddress server;
  const socklen_t server_size = to_sockaddr(options_.remote, family(), server);
  core::Address source;
  source.family = options_.remote.family;
  source.scope = options_.remote.scope;
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
      if (!pooled()) continue;
      header.msg_name = &server;
      header.msg_namelen = server_size;
      source.local = datagram.to.ip;
      sources[i].write(source, family(), header);
    }
    const int sent = sendmmsg(port.fd.value(), headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
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
    // The error may belong to an earlier datagram, perhaps another device's: the queue of errors has it too, and this
    // datagram has not been tried at all.
    const bool try_again = !repeated && is_unreachable_error(-errno);
    if (!try_again) observer_.send_failed(outbox[first++].to, -errno, true);
    repeated = try_again;
  }
  return last;
}

void FleetSocket::enqueue(const core::Outbox& outbox, size_t first, size_t last) {
  const bool was_empty = queue_.empty();
  queue_.add(outbox, first, last);
  if (was_empty && !queue_.empty() && reading_) watch(blocked_, EPOLLIN | EPOLLOUT);
}

void FleetSocket::on_writable() {
  watch(blocked_, EPOLLIN);
  queue_.drain(
      [this](const core::Outbox& waiting, size_t first, size_t last) { return transmit(waiting, first, last); },
      [this] { return blocked_by_ == ENOBUFS; });
  if (!queue_.empty()) watch(blocked_, EPOLLIN | EPOLLOUT);
}

void FleetSocket::watch(uint32_t index, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u32 = index;
  epoll_ctl(epoll_.value(), EPOLL_CTL_MOD, ports_[index].fd.value(), &event);
}

}  // namespace io

#endif  // __linux__
