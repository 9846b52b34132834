#pragma once

#include "arguments.h"
#include "endpoint_settings.h"
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
  Napi::Value open_script_endpoint(const Napi::CallbackInfo& info);
  Napi::Value open_fleet_endpoint(const Napi::CallbackInfo& info);
  Napi::Value inject_datagram(const Napi::CallbackInfo& info);
  Napi::Value local_address(const Napi::CallbackInfo& info);
  Napi::Value connect_endpoint(const Napi::CallbackInfo& info);
  Napi::Value shutdown_endpoint(const Napi::CallbackInfo& info);
  Napi::Value set_faults(const Napi::CallbackInfo& info);
  Napi::Value rebind_endpoint(const Napi::CallbackInfo& info);
  Napi::Value hide_endpoint(const Napi::CallbackInfo& info);
  Napi::Value tap_endpoint(const Napi::CallbackInfo& info);
  Napi::Value endpoint_fd(const Napi::CallbackInfo& info);
  Napi::Value path_mtu(const Napi::CallbackInfo& info);
  Napi::Value refuse_hellos(const Napi::CallbackInfo& info);
  Napi::Value set_handshake_timeouts(const Napi::CallbackInfo& info);
  Napi::Value set_server_context(const Napi::CallbackInfo& info);
  Napi::Value connect(const Napi::CallbackInfo& info);
  Napi::Value device_address(const Napi::CallbackInfo& info);
  Napi::Value connect_device(const Napi::CallbackInfo& info);
  Napi::Value move_device(const Napi::CallbackInfo& info);
  Napi::Value close_peer(const Napi::CallbackInfo& info);
  Napi::Value forget_peer(const Napi::CallbackInfo& info);
  Napi::Value send_alert(const Napi::CallbackInfo& info);
  Napi::Value forget_peers(const Napi::CallbackInfo& info);
  Napi::Value answer_hello(const Napi::CallbackInfo& info);
  Napi::Value answer_session(const Napi::CallbackInfo& info);
  Napi::Value answer_psk(const Napi::CallbackInfo& info);
  Napi::Value peer_traffic(const Napi::CallbackInfo& info);
  Napi::Value export_keying_material(const Napi::CallbackInfo& info);
  Napi::Value close_endpoint(const Napi::CallbackInfo& info);
  Napi::Value set_ref(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  io::Reactor& reactor() { return host_->reactor(); }
  Napi::Value open(const Napi::CallbackInfo& info, EndpointSettings settings);
  /// The endpoint that the first argument names; null with an exception pending.
  io::Endpoint* find_or_throw(const Napi::CallbackInfo& info, Arguments& arguments);
  /// The same for a fleet, with the slot that another argument names.
  io::Endpoint* find_fleet_or_throw(const Napi::CallbackInfo& info, Arguments& arguments, size_t slot_argument,
                                    uint64_t& slot);
  template <typename Use>
  Napi::Value with_peer(const Napi::CallbackInfo& info, Use use);

  ReactorHost* host_ = nullptr;  ///< null only while the constructor is failing
  bool closed_ = false;
};

}  // namespace binding
