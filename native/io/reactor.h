#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "../core/cipher_cache.h"
#include "../core/event_sink.h"
#include "../core/outbox.h"
#include "endpoint.h"
#include "event_reader.h"
#include "receive_buffer.h"
#include "tap.h"
#include "uv_handle.h"

namespace io {

/// All endpoints of one loop, and the order of a loop turn:
///   timers (engines tick) -> prepare: settle() -> poll: sockets feed their engines -> check: deferred handshakes,
///   settle()
/// where settle() has the events read and then sends what the engines and the reader have put into the outbox. So there
/// is one delivery per turn, and one sendmmsg for all replies; only a full sink or outbox makes it more.
/// Everything happens on the loop's thread.
class Reactor {
 public:
  Reactor(uv_loop_t* loop, EventReader& reader);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  /// Only after shutdown() has completed.
  ~Reactor();

  /// The number of the new endpoint, or why there is none.
  std::variant<int32_t, IoError> open_endpoint(EndpointOptions options);
  /// Null for numbers that are unknown or being closed. Valid until control returns to the loop.
  Endpoint* find(int32_t number);
  /// close_notify to all peers, then the socket; kEndpointClosed follows. Nothing when the number is unknown.
  void close_endpoint(int32_t number);
  void close_all();
  /// For the endpoint's socket, after all that waits in the outbox.
  IoError connect_socket(Endpoint& endpoint, const core::Address& remote);
  IoError set_hidden(Endpoint& endpoint, bool hidden);
  void shut_down(Endpoint& endpoint);
  IoError rebind_socket(Endpoint& endpoint, const std::optional<core::Address>& local);

  /// Closes every handle without further events. `done` runs when the last one is closed and may destroy the reactor.
  /// Datagrams that wait in the outbox are still sent. Call once.
  void shutdown(std::function<void()> done);

  core::EventSink& events() { return events_; }
  core::Outbox& outbox() { return outbox_; }
  core::CipherCache& ciphers() { return ciphers_; }
  bool delivering() const { return delivering_; }
  /// Sends early when much has gathered: keeps the arena small and warm.
  void flush_when_large() {
    if (outbox_.size() > kLargeOutbox) flush();
  }

  // For endpoints.
  uv_loop_t* loop() const { return loop_; }
  HandleCount& handles() { return handles_; }
  ReceiveBuffer& receive_buffer() { return receive_buffer_; }
  Tap& tap() { return tap_; }
  static core::Micros now() { return uv_hrtime() / 1000; }
  /// Sends what waits in the outbox.
  void flush();
  /// Has the events read at once, in the middle of a turn. False: stop what you do; nobody takes events any more, or
  /// the call came from inside of a delivery.
  bool deliver();
  /// For callbacks of libuv, before they let anything write events: JavaScript has run since the last one. False as
  /// for deliver().
  bool prepare_events() { return reader_.memory_valid() || deliver(); }
  void note_send_failure(int32_t number);
  /// A script endpoint has datagrams to hand over, in this turn.
  void note_script_work(int32_t number);
  /// Handshakes of all endpoints share a slice of each turn; what does not fit is kept for the next ones, so that
  /// established peers are served in between.
  bool handshakes_have_time() const { return handshake_nanos_ < kHandshakeNanosPerTurn; }
  void spend_on_handshakes(uint64_t nanos) { handshake_nanos_ += nanos; }
  /// An endpoint has kept some.
  void note_deferred(int32_t number);
  void endpoint_closed(int32_t number);

 private:
  static constexpr size_t kLargeOutbox = 512;
  static constexpr uint64_t kHandshakeNanosPerTurn = 10'000'000;

  void work_off_deferred();
  void settle();
  bool collect();
  void exchange_with_scripts();
  void wake();
  void halt();
  void update_activity();
  int32_t reserve_number();

  uv_loop_t* const loop_;
  EventReader& reader_;
  HandleCount handles_;
  ReceiveBuffer receive_buffer_;
  Tap tap_;
  core::EventSink events_;
  core::Outbox outbox_;
  core::CipherCache ciphers_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;  ///< by number
  size_t living_ = 0;                                 ///< endpoints with handles, those being closed included
  size_t scripts_ = 0;                                ///< script endpoints that exist
  std::vector<int32_t> free_numbers_;
  std::vector<int32_t> script_work_;  ///< script endpoints with datagrams in their queues
  std::vector<int32_t> deferring_;    ///< endpoints with datagrams of handshakes that wait
  uint64_t handshake_nanos_ = 0;      ///< spent in this turn
  std::vector<int32_t> failing_;      ///< endpoints with send failures to report
  std::vector<int32_t> closed_;       ///< closed, kEndpointClosed not yet in the sink
  std::vector<int32_t> announced_;    ///< kEndpointClosed in the sink, number not yet free
  UvHandle<uv_prepare_t> prepare_;
  UvHandle<uv_check_t> check_;
  UvHandle<uv_idle_t> wake_;  ///< runs while work is left that must not wait for the network
  bool active_ = false;
  bool delivering_ = false;
  bool halted_ = false;
};

}  // namespace io
