#pragma once

#include "../io/udp_port.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class UdpPort: a bound UDP socket that nobody reads yet, for endpoints of any thread to adopt by
/// `descriptor`. It and the endpoints have descriptors of their own: the socket is there until the last is closed.
class UdpPortWrap final : public Wrapped<UdpPortWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x5d0c92f7be3146a8, 0xa17f63c85b24e09d};

  static Napi::Function define(Napi::Env env);
  explicit UdpPortWrap(const Napi::CallbackInfo& info);

 private:
  Napi::Value descriptor(const Napi::CallbackInfo& info);
  Napi::Value address(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  io::UdpPort port_;
};

}  // namespace binding
