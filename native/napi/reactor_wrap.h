#pragma once

#include "reactor_host.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class Reactor(events, payload, onEvents); `lib/binding.ts` declares its methods. A thin face: the state
/// is in ReactorHost, which may live longer.
class ReactorWrap final : public Wrapped<ReactorWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x51e9c37a0b2d4f86, 0xa27f5d18e6094bc3};

  static Napi::Function define(Napi::Env env);
  explicit ReactorWrap(const Napi::CallbackInfo& info);
  ~ReactorWrap() override;

 private:
  Napi::Value lend_payload(const Napi::CallbackInfo& info);
  Napi::Value open_endpoint(const Napi::CallbackInfo& info);
  Napi::Value local_address(const Napi::CallbackInfo& info);
  Napi::Value connect(const Napi::CallbackInfo& info);
  Napi::Value close_peer(const Napi::CallbackInfo& info);
  Napi::Value peer_traffic(const Napi::CallbackInfo& info);
  Napi::Value close_endpoint(const Napi::CallbackInfo& info);
  Napi::Value set_ref(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  io::Reactor& reactor() { return host_->reactor(); }

  ReactorHost* host_ = nullptr;  ///< null only while the constructor is failing
  bool closed_ = false;
};

}  // namespace binding
