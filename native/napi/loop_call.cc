#include "loop_call.h"

namespace binding {

/// One callback scope round a plain call, not napi_make_callback: with that one, an exception from a microtask that
/// runs after the function cannot be told from one that left it. An exception from a microtask is reported by Node
/// itself as the scope closes.
LoopCall call_from_loop(napi_env env, napi_async_context context, napi_value function, int32_t argument) {
  napi_callback_scope callback_scope = nullptr;
  if (napi_open_callback_scope(env, function, context, &callback_scope) != napi_ok) return LoopCall::kImpossible;

  napi_value value = nullptr;
  napi_value receiver = nullptr;
  napi_create_int32(env, argument, &value);
  napi_get_undefined(env, &receiver);
  LoopCall outcome = LoopCall::kDone;
  if (napi_call_function(env, receiver, function, 1, &value, nullptr) != napi_ok) {
    outcome = report_exception(env) ? LoopCall::kThrew : LoopCall::kImpossible;
  }
  napi_close_callback_scope(env, callback_scope);
  return outcome;
}

bool report_exception(napi_env env) {
  bool pending = false;
  napi_value exception = nullptr;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return false;
  if (napi_get_and_clear_last_exception(env, &exception) != napi_ok) return false;
  return napi_fatal_exception(env, exception) == napi_ok;
}

}  // namespace binding
