#include "reactor_host.h"

#include "errors.h"

namespace binding {

ReactorHost* ReactorHost::create(Napi::Env env, Napi::Int32Array events, Napi::Uint8Array payload,
                                 Napi::Function on_events) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    throw_coded(env, "ERR_CLOSED", "this environment has no event loop");
    return nullptr;
  }
  auto* host = new ReactorHost(env, loop);
  host->events_ = Napi::Persistent(events);
  host->payload_ = Napi::Persistent(payload.ArrayBuffer());
  host->on_events_ = Napi::Persistent(on_events);
  host->reactor_.events().lend_events(reinterpret_cast<core::EventRecord*>(events.Data()),
                                      events.ByteLength() / sizeof(core::EventRecord));
  host->reactor_.events().lend_payload(payload.Data(), payload.ByteLength());

  napi_async_init(env, nullptr, Napi::String::New(env, "LWM2M_TLS"), &host->async_context_);
  napi_add_async_cleanup_hook(
      env, [](napi_async_cleanup_hook_handle, void* data) { static_cast<ReactorHost*>(data)->shut_down(); }, host,
      &host->hook_);
  return host;
}

bool ReactorHost::lend_payload(Napi::Uint8Array payload) {
  core::EventSink& sink = reactor_.events();
  if (!reactor_.delivering() && sink.count() > 0) return false;
  payload_ = Napi::Persistent(payload.ArrayBuffer());
  sink.lend_payload(payload.Data(), payload.ByteLength());
  return true;
}

// Events into JavaScript

/// Every exception uses up at least one record, since JavaScript goes on after the one that threw: this bounds the
/// calls.
bool ReactorHost::deliver(size_t count) {
  if (shutting_down_) return false;
  Napi::HandleScope scope(env_);
  for (size_t attempt = 0; attempt <= count; ++attempt) {
    switch (call_on_events(count)) {
      case LoopCall::kDone:
        // A listener may have taken the slab away with ArrayBuffer.prototype.transfer().
        if (!memory_valid() && call_on_events(0) != LoopCall::kDone) return false;
        return check_payload_room();
      case LoopCall::kImpossible:
        return false;
      case LoopCall::kThrew:
        break;
    }
  }
  return false;
}

bool ReactorHost::memory_valid() {
  if (shutting_down_) return true;
  Napi::HandleScope scope(env_);
  return !payload_.Value().IsDetached();
}

/// The reader must know an exception that left onEvents from one of a microtask after it: the events would be delivered
/// twice.
LoopCall ReactorHost::call_on_events(size_t count) {
  return call_from_loop(env_, async_context_, on_events_.Value(), static_cast<int32_t>(count));
}

bool ReactorHost::check_payload_room() {
  if (shutting_down_ || reactor_.events().payload_room() >= kMinPayload) return !shutting_down_;
  throw_coded(env_, "ERR_INTERNAL", "onEvents has not lent a payload slab");
  report_exception(env_);
  return false;
}

void ReactorHost::activity_changed(bool active) {
  if (wrapper_ == nullptr) return;
  active ? wrapper_->Ref() : wrapper_->Unref();
}

// The end

void ReactorHost::drop_owner() {
  if (--owners_ > 0) return;
  wrapper_ = nullptr;
  if (closed_) {
    delete this;
  } else {
    shut_down();
  }
}

void ReactorHost::shut_down() {
  if (shutting_down_) return;
  shutting_down_ = true;
  reactor_.shutdown([this] { closed(); });
}

/// In the close callback of the last handle.
void ReactorHost::closed() {
  closed_ = true;
  events_.Reset();
  payload_.Reset();
  on_events_.Reset();
  napi_async_destroy(env_, async_context_);
  napi_remove_async_cleanup_hook(hook_);
  if (owners_ == 0) delete this;
}

}  // namespace binding
