#include <utility>

#include "endpoint.h"
#include "reactor.h"
#include "sockaddr.h"

namespace io {

using core::Direction;

void Endpoint::set_faults(core::FaultRules rules, core::FaultMemory memory) {
  if (faults_ == nullptr) faults_ = std::make_unique<FaultGate>();
  faults_->layer.set(std::move(rules), std::move(memory), Reactor::now());
}

// Sending

void Endpoint::send_through_faults(const core::Outbox& outbox, size_t first, size_t last) {
  now_ = Reactor::now();
  core::Outbox& leaving = faults_->leaving;
  for (; first < last; ++first) {
    const core::Address& to = outbox[first].to;
    const size_t before = leaving.size();
    const auto verdict = faults_->layer.pass(Direction::kSend, number_, to, outbox.bytes(outbox[first]), now_, leaving);
    if (verdict.refused) send_failed(to, UV_EMSGSIZE, true);
    if (verdict.rebind == nullptr) continue;
    send_leaving(before);
    if (rebind(verdict.rebind->local)) ++counters_->transport_errors;
  }
  send_leaving(leaving.size());
  arm_timer();
}

/// The first `count` of those that have passed; with the last of them, all are forgotten.
void Endpoint::send_leaving(size_t count) {
  core::Outbox& leaving = faults_->leaving;
  transmit(leaving, std::exchange(faults_->left, count), count);
  if (count < leaving.size()) return;
  leaving.clear();
  faults_->left = 0;
}

// Receiving

/// The batch that the engine gets instead; valid until the next one.
std::span<const ReceivedDatagram> Endpoint::pass_faults(std::span<const ReceivedDatagram> batch) {
  core::Outbox& arriving = faults_->arriving;
  arriving.clear();
  for (const ReceivedDatagram& datagram : batch) {
    // A truncated one is no DTLS, and will be dropped.
    if (datagram.truncated)
      engine_->receive_truncated();
    else
      faults_->layer.pass(Direction::kReceive, number_, datagram.from, datagram.bytes, now_, arriving);
  }
  faults_->arrived.clear();
  for (size_t i = 0; i < arriving.size(); ++i) {
    faults_->arrived.push_back({arriving.bytes(arriving[i]), arriving[i].to, false});
  }
  return faults_->arrived;
}

// Later

/// The reader may do anything in between: set other rules, close the endpoint.
void Endpoint::release_waiting(uint64_t stop_at) {
  handshakes_since_ = uv_hrtime();
  while (open_ && uv_hrtime() < stop_at) {
    const auto datagram = faults_->layer.take_due(now_);
    if (!datagram) break;
    for (uint32_t i = 0; i <= datagram->copies; ++i) {
      if (!release(*datagram)) return;
    }
  }
  if (!open_) return;
  send_leaving(faults_->leaving.size());
  if (engine_->has_deferred() && !std::exchange(deferred_noted_, true)) reactor_.note_deferred(number_);
}

/// False when nothing more can be done in this turn.
bool Endpoint::release(const core::Waiting& datagram) {
  if (datagram.direction == Direction::kSend) {
    faults_->leaving.append(number_, datagram.peer, datagram.bytes);
    return true;
  }
  if (!make_room()) return false;
  handle({datagram.bytes, datagram.peer, false});
  return take_backlog();
}

/// Before the socket changes or goes: what would arrive after that never does, what was sent before is still sent.
void Endpoint::finish_waiting() {
  faults_->layer.finish(number_, faults_->leaving);
  send_leaving(faults_->leaving.size());
}

// Another port

IoError Endpoint::rebind(const std::optional<core::Address>& local) {
  if (is_script() || fleet_ != nullptr || shut_down_ || hidden_) return {UV_ENOTSUP, "bind"};
  if (local && local->family != socket_->family()) return family_mismatch("bind");
  SocketOptions options = options_.socket;
  if (local) options.local = *local;
  options.local.port = 0;
  options.descriptor = -1;
  auto fresh = make_socket();
  if (IoError error = fresh->open(options)) return error;
  fresh->set_ref(keep_alive_);
  options_.socket = options;
  retire(std::exchange(socket_, std::move(fresh)));
  return {};
}

/// The present call may come from inside of it: it stays until libuv has let go of it.
void Endpoint::retire(std::unique_ptr<DatagramSocket> socket) {
  DatagramSocket* const old = socket.get();
  retired_.push_back(std::move(socket));
  ++handles_left_;
  old->close([this, old] {
    std::erase_if(retired_, [old](const auto& it) { return it.get() == old; });
    handle_closed();
  });
}

}  // namespace io
