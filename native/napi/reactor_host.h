#pragma once

#include <napi.h>

#include "../core/event_sink.h"
#include "../io/event_reader.h"
#include "../io/reactor.h"
#include "loop_call.h"

namespace binding {

/// What stands behind one JavaScript Reactor: the io::Reactor, the slabs that JavaScript lends to it, and the calls of
/// onEvents. Lives on one environment's thread.
///
/// Two things must both have happened before it deletes itself, in either order: JavaScript has dropped its owners (the
/// wrapper object and the send function, see add_owner()), and the last libuv handle is closed. Closing starts with the
/// environment's cleanup hook, or when the last owner is collected. The hook holds the environment's end up until the
/// handles are closed: one that outlives a worker's loop would abort the process.
class ReactorHost final : private io::EventReader {
 public:
  /// `events` and `payload` have been checked by the caller. Null with an exception pending when Node refuses.
  static ReactorHost* create(Napi::Env env, Napi::Int32Array events, Napi::Uint8Array payload,
                             Napi::Function on_events);
  ReactorHost(const ReactorHost&) = delete;
  ReactorHost& operator=(const ReactorHost&) = delete;

  io::Reactor& reactor() { return reactor_; }

  /// While an endpoint is open, the wrapper object must not be collected: its strong reference is held then.
  void set_wrapper(Napi::Reference<Napi::Object>* wrapper) { wrapper_ = wrapper; }
  void add_owner() { ++owners_; }
  /// May delete this object.
  void drop_owner();

  /// False when events still point into the current slab, i.e. outside of onEvents.
  bool lend_payload(Napi::Uint8Array payload);

  static constexpr size_t kMinEvents = 2 * core::EventSink::kReservedEvents;
  static constexpr size_t kMinPayload = 2 * core::EventSink::kMaxPayload;

 private:
  ReactorHost(Napi::Env env, uv_loop_t* loop) : env_(env), reactor_(loop, *this) {}
  ~ReactorHost() = default;

  bool deliver(size_t count) override;
  bool memory_valid() override;
  void activity_changed(bool active) override;

  LoopCall call_on_events(size_t count);
  bool check_payload_room();
  void shut_down();
  void closed();

  const Napi::Env env_;
  io::Reactor reactor_;
  Napi::Reference<Napi::Object>* wrapper_ = nullptr;
  Napi::Reference<Napi::Int32Array> events_;
  Napi::Reference<Napi::ArrayBuffer> payload_;
  Napi::FunctionReference on_events_;
  napi_async_context async_context_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  int owners_ = 0;
  bool shutting_down_ = false;
  bool closed_ = false;
};

}  // namespace binding
