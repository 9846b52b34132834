#include "endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "../core/memory_pool.h"
#include "fleet_socket.h"
#include "mmsg_socket.h"
#include "reactor.h"
#include "script_socket.h"
#include "socket_fd.h"
#include "udp_fd.h"
#include "uv_udp_socket.h"

namespace io {

namespace {

constexpr int kIpv4Overhead = 28;
constexpr int kIpv6Overhead = 48;

// Time for passed deadlines per turn; a thousand clients that time out together must not stop the established ones.
constexpr uint64_t kTickNanos = 2'000'000;

// A timer that is this much too late tells of a loop that was held up, and with it what should have been sent and read.
// That is not the peers' fault: deadlines wait as long again, and for what is still unread. Both have bounds, since a
// flood holds the loop up all the time.
constexpr core::Micros kHeldUp = 10'000;
constexpr core::Micros kMaxGrace = 250'000;
constexpr core::Micros kMaxReading = 250'000;

// What bench/ found to be the cheapest: with 256 events an echo takes a tenth more than with 32.
constexpr size_t kEventsPerTurn = 24;

// A fleet whose flights all waited for the end of the turn would work in step with the server, each idle while the
// other is busy.
constexpr uint32_t kStepsPerFlush = 4;

// Send failures kept for the engine between two turns; what is above that is only counted.
constexpr size_t kMaxSendFailures = 64;

}  // namespace

Endpoint::Endpoint(Reactor& reactor, int32_t number, EndpointOptions options)
    : reactor_(reactor), number_(number), options_(std::move(options)), counters_(options_.counters.get()),
      timer_(reactor.handles()) {}

std::unique_ptr<DatagramSocket> Endpoint::make_socket() {
  ReceiveBuffer& buffer = reactor_.receive_buffer();
  SocketObserver& observer = *this;
#ifdef __linux__
  if (options_.backend != Backend::kUv) {
    return std::make_unique<MmsgSocket>(reactor_.loop(), reactor_.handles(), buffer, observer);
  }
#endif
  if (options_.backend == Backend::kMmsg) return nullptr;
  return std::make_unique<UvUdpSocket>(reactor_.loop(), reactor_.handles(), buffer, observer);
}

IoError Endpoint::open() {
  if (options_.backend == Backend::kScript) {
    SocketObserver& observer = *this;
    auto script = std::make_unique<ScriptSocket>(reactor_.loop(), reactor_.handles(), observer);
    script_ = script.get();
    socket_ = std::move(script);
  } else if (options_.backend == Backend::kFleet) {
    open_fleet();
  } else {
    socket_ = make_socket();
  }
  if (!socket_) return {UV_ENOTSUP, "recvmmsg"};
  if (IoError error = socket_->open(options_.socket)) return error;

  timer_.open(this, [this](uv_timer_t* timer) { return uv_timer_init(reactor_.loop(), timer); });
  uv_unref(timer_.handle());

  core::EngineOptions engine = options_.engine;
  engine.number = number_;
  if (engine.ip_overhead == 0) engine.ip_overhead = socket_->family() == 4 ? kIpv4Overhead : kIpv6Overhead;
  engine_ = std::make_unique<core::Engine>(engine, options_.context, reactor_.outbox(), reactor_.events(),
                                           reactor_.ciphers(), *counters_);
  open_ = true;
  return {};
}

void Endpoint::open_fleet() {
#ifdef __linux__
  SocketObserver& observer = *this;
  auto fleet = std::make_unique<FleetSocket>(reactor_.loop(), reactor_.handles(), reactor_.receive_buffer(), observer,
                                             options_.fleet);
  fleet_ = fleet.get();
  socket_ = std::move(fleet);
#endif
}

core::Engine::ConnectResult Endpoint::connect(const core::Address& to, std::shared_ptr<const core::Context> context,
                                              core::ClientParameters parameters) {
  now_ = Reactor::now();
  const auto result = engine_->connect(to, std::move(context), std::move(parameters), now_);
  arm_timer();
  return result;
}

void Endpoint::send(const core::Outbox& outbox, size_t first, size_t last) {
  if (shut_down_ || hidden_) {
    counters_->datagrams_unsent += last - first;
    return;
  }
  faults_ != nullptr ? send_through_faults(outbox, first, last) : transmit(outbox, first, last);
}

void Endpoint::transmit(const core::Outbox& outbox, size_t first, size_t last) {
  if (tap_ != nullptr) {
    const core::Micros now = Reactor::now();
    for (size_t i = first; i < last; ++i) {
      tap(Tap::Direction::kSent, outbox[i].to, outbox.bytes(outbox[i]), false, now);
    }
  }
  socket_->send(outbox, first, last);
  if (is_script()) note_script_work();
}

IoError Endpoint::connect_socket(const core::Address& remote) {
  if (faults_ != nullptr) finish_waiting();
  if (IoError error = socket_->connect(remote)) return error;
  options_.socket.remote = remote;
  return {};
}

/// The system's answer does not matter: an unconnected socket gets an error, and is shut down all the same.
void Endpoint::shut_down() {
  if (faults_ != nullptr) finish_waiting();
  shut_down_ = true;
  socket_->stop();
#ifndef _WIN32
  if (descriptor() >= 0) io::shut_down(descriptor());
#endif
}

IoError Endpoint::set_hidden(bool hidden) {
#ifdef _WIN32
  return {UV_ENOTSUP, "connect"};
#else
  if (hidden == hidden_) return {};
  if (descriptor() < 0 || shut_down_) return {UV_ENOTSUP, "connect"};
  if (options_.socket.remote.family != 0) return {UV_EISCONN, "connect"};
  const IoError error = hidden ? hide_udp_fd(descriptor(), bound_) : reveal_udp_fd(descriptor(), bound_);
  if (!error) hidden_ = hidden;
  return error;
#endif
}

void Endpoint::set_tapped(bool tapped) { tap_ = tapped ? &reactor_.tap() : nullptr; }

void Endpoint::tap(Tap::Direction direction, const core::Address& peer, core::ByteView bytes, bool truncated,
                   core::Micros at) {
  const bool kept = tap_->note({number_, direction, truncated, at, peer, lost_to_tap_}, bytes);
  lost_to_tap_ = kept ? 0 : lost_to_tap_ + 1;
}

int Endpoint::path_mtu() const {
#ifdef _WIN32
  return 0;
#else
  return descriptor() >= 0 ? path_mtu_of(descriptor()) : 0;
#endif
}

void Endpoint::stop() {
  socket_->stop();
  uv_timer_stop(timer_.raw());
}

void Endpoint::close() {
  if (faults_ != nullptr) finish_waiting();
  open_ = false;
  handles_left_ += 2;
  socket_->close([this] { handle_closed(); });
  timer_.close([this] { handle_closed(); });
}

void Endpoint::handle_closed() {
  if (--handles_left_ == 0 && !open_) reactor_.endpoint_closed(number_);  // may destroy this
}

// The script behind a script endpoint

void Endpoint::inject(const core::Address& from, core::ByteView datagram) {
  script_->inject(from, datagram);
  note_script_work();
}

void Endpoint::read_script() { script_->read(); }

bool Endpoint::write_script() {
  script_->write(reactor_.events(), number_);
  script_work_noted_ = script_->has_work();
  return script_work_noted_;
}

void Endpoint::note_script_work() {
  if (script_work_noted_ || !script_->has_work()) return;
  script_work_noted_ = true;
  reactor_.note_script_work(number_);
}

// What the socket tells

bool Endpoint::datagrams_received(std::span<const ReceivedDatagram> batch) {
  if (!reactor_.prepare_events() || !open_) return false;
  handshakes_since_ = uv_hrtime();
  now_ = handshakes_since_ / 1000;
  if (tap_ != nullptr) {
    for (const ReceivedDatagram& datagram : batch) {
      tap(Tap::Direction::kReceived, datagram.from, datagram.bytes, datagram.truncated, now_);
    }
  }
  if (faults_ != nullptr) batch = pass_faults(batch);
  expect(batch);
  bool go_on = true;
  for (const ReceivedDatagram& datagram : batch) {
    go_on = make_room();
    if (!go_on) break;
    handle(datagram);
    go_on = take_backlog();
    if (!go_on) break;
  }
  if (!open_) return false;
  if (engine_->has_deferred() && !std::exchange(deferred_noted_, true)) reactor_.note_deferred(number_);
  note_memory();
  arm_timer();
  reactor_.flush_when_large();
  return go_on;
}

void Endpoint::expect(std::span<const ReceivedDatagram> batch) {
  std::array<const core::Address*, ReceiveBuffer::kSlots> from;
  const size_t count = std::min(batch.size(), from.size());
  for (size_t i = 0; i < count; ++i) from[i] = &batch[i].from;
  engine_->expect(std::span(from).first(count));
}

/// A small batch of messages is still in the cache when JavaScript reads it, and when the answers leave.
bool Endpoint::has_enough() const { return reactor_.events().count() >= kEventsPerTurn; }

void Endpoint::handle(const ReceivedDatagram& datagram) {
  if (datagram.truncated) return engine_->receive_truncated();
  const uint64_t steps = engine_->handshake_steps();
  // Those that wait come first. A fleet's own handshakes are what it is for: the kernel keeps what has no time.
  if (fleet_ == nullptr) engine_->set_deferring(engine_->has_deferred() || !reactor_.handshakes_have_time());
  engine_->receive(datagram.bytes, datagram.from, now_);
  if (engine_->handshake_steps() == steps) return;
  account_handshake();
  if (fleet_ != nullptr && ++unflushed_steps_ == kStepsPerFlush) flush_flights();
}

void Endpoint::flush_flights() {
  unflushed_steps_ = 0;
  reactor_.flush();
}

void Endpoint::account_handshake() {
  const uint64_t since = std::exchange(handshakes_since_, uv_hrtime());
  reactor_.spend_on_handshakes(handshakes_since_ - since);
}

bool Endpoint::work_off_deferred() {
  handshakes_since_ = uv_hrtime();
  now_ = handshakes_since_ / 1000;
  while (engine_->has_deferred() && reactor_.handshakes_have_time()) {
    if (!make_room()) return open_;
    engine_->handle_deferred(now_);
    account_handshake();
    if (!take_backlog()) return open_;
  }
  note_memory();
  arm_timer();
  deferred_noted_ = engine_->has_deferred();
  return deferred_noted_;
}

void Endpoint::note_memory() {
  counters_->openssl_bytes = core::MemoryPool::in_use();
  counters_->pool_bytes = core::MemoryPool::kept();
}

bool Endpoint::receive_failed(int error) {
  if (!is_unreachable_error(error)) {
    ++counters_->transport_errors;
    return false;
  }
  if (!reactor_.prepare_events() || !make_room()) return false;
  engine_->transport_failed(options_.socket.remote, -error);
  return true;
}

bool Endpoint::device_unreachable(const core::Address& device, int error) {
  if (!reactor_.prepare_events() || !make_room()) return false;
  engine_->transport_failed(device, -error);
  return true;
}

void Endpoint::send_failed(const core::Address& to, int error, bool lost) {
  if (lost) ++counters_->datagrams_unsent;
  // EINVAL: no way from the local address to that one.
  const bool about_peer = is_unreachable_error(error) || error == UV_EINVAL;
  if (!about_peer || send_failures_.size() == kMaxSendFailures) {
    ++counters_->transport_errors;
    return;
  }
  if (send_failures_.empty()) reactor_.note_send_failure(number_);
  send_failures_.push_back({to, error});
}

bool Endpoint::report_send_failures() {
  while (!send_failures_.empty()) {
    if (!reactor_.events().has_room()) return false;
    engine_->transport_failed(send_failures_.back().to, -send_failures_.back().error);
    send_failures_.pop_back();
  }
  return true;
}

void Endpoint::socket_broken(int error) {
  if (!make_room()) return;
  reactor_.events().commit(core::EventKind::kEndpointError, number_, 0, 0, 0, -error);
}

// Time

void Endpoint::on_timer() {
  armed_for_ = core::kNever;
  if (!reactor_.prepare_events() || !open_) return;
  now_ = Reactor::now();
  if (is_held_up(engine_->next_deadline())) return arm_timer();
  const uint64_t stop_at = uv_hrtime() + kTickNanos;
  while (engine_->next_deadline() <= now_ && make_room()) {
    engine_->tick(now_);
    if (!take_backlog() || uv_hrtime() > stop_at) break;
  }
  if (faults_ != nullptr && open_) release_waiting(uv_hrtime() + kTickNanos);
  if (!open_) return;
  note_memory();
  arm_timer();
}

/// Timers come before the network in a turn of the loop: without this, a handshake would be given up for an answer that
/// came in time. Each deadline waits once.
bool Endpoint::is_held_up(core::Micros due) {
  if (due > now_ || now_ - due < kHeldUp) return false;
  if (due > held_up_at_) {
    held_up_at_ = now_;
    grace_until_ = now_ + std::min(now_ - due, kMaxGrace);
  }
  return now_ < grace_until_ || (now_ < grace_until_ + kMaxReading && has_unread());
}

bool Endpoint::has_unread() const {
  if (engine_->has_deferred()) return true;
  if (script_ != nullptr) return script_->has_work();
#ifdef _WIN32
  return false;
#else
  return has_input(descriptor());
#endif
}

/// Only ever moves the timer forward: a deadline that was cancelled costs one early and idle wake-up, and most of
/// them are cancelled.
void Endpoint::arm_timer() {
  core::Micros next = engine_->next_deadline();
  if (faults_ != nullptr) next = std::min(next, faults_->layer.next_deadline());
  if (next >= armed_for_) return;
  armed_for_ = next;
  // At least 1 ms: a timer that is due at once would run again in the same round of timers.
  const uint64_t milliseconds = next > now_ ? (next - now_ + 999) / 1000 : 1;
  uv_timer_start(
      timer_.raw(), [](uv_timer_t* timer) { static_cast<Endpoint*>(timer->data)->on_timer(); }, milliseconds, 0);
}

void Endpoint::arm_timer_now() {
  now_ = Reactor::now();
  arm_timer();
}

// Room for events. The reader may do anything while it reads, so all of these may find the endpoint closed.

bool Endpoint::make_room() {
  if (reactor_.events().has_room()) return true;
  if (!reactor_.deliver()) return false;
  now_ = Reactor::now();
  return open_;
}

bool Endpoint::take_backlog() {
  while (engine_->has_backlog()) {
    if (!reactor_.deliver() || !open_) return false;
    now_ = Reactor::now();
    engine_->resume();
  }
  return true;
}

}  // namespace io
