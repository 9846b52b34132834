#include "send_function.h"

#include "errors.h"

namespace binding {

namespace {

napi_value send(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  void* data = nullptr;
  int32_t number = 0;
  int32_t peer = 0;
  void* bytes = nullptr;
  size_t size = 0;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, &data) != napi_ok ||
      napi_get_value_int32(env, arguments[0], &number) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &peer) != napi_ok ||
      napi_get_buffer_info(env, arguments[2], &bytes, &size) != napi_ok) {
    throw_type_error(env, "send(endpoint: number, peer: number, data: Uint8Array)");
    return nullptr;
  }

  io::Reactor& reactor = static_cast<ReactorHost*>(data)->reactor();
  io::Endpoint* endpoint = reactor.find(number);
  core::Status status = core::Status::kNoSuchPeer;
  if (endpoint != nullptr) {
    status = endpoint->engine().send(peer, {static_cast<const uint8_t*>(bytes), size});
    reactor.flush_when_large();
  }
  napi_value result = nullptr;
  napi_create_int32(env, static_cast<int32_t>(status), &result);
  return result;
}

}  // namespace

void define_send(Napi::Env env, Napi::Object target, ReactorHost& host) {
  napi_value function = nullptr;
  if (napi_create_function(env, "send", NAPI_AUTO_LENGTH, send, &host, &function) != napi_ok) return;
  // The function may be kept longer than the object that it was a method of.
  const napi_status added = napi_add_finalizer(
      env, function, &host, [](napi_env, void* data, void*) { static_cast<ReactorHost*>(data)->drop_owner(); }, nullptr,
      nullptr);
  if (added != napi_ok) return;
  host.add_owner();
  target.Set("send", Napi::Value(env, function));
}

}  // namespace binding
