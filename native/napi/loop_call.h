#pragma once

#include <napi.h>

namespace binding {

enum class LoopCall {
  kDone,
  kThrew,       ///< and a handler of 'uncaughtException' took it
  kImpossible,  ///< this environment runs no more JavaScript
};

/// Calls `function` with one number from a callback of the loop, in a scope of its own: microtasks run as it closes.
LoopCall call_from_loop(napi_env env, napi_async_context context, napi_value function, int32_t argument);

/// Hands a pending exception to 'uncaughtException'; returns when a handler took it. False when there is none, which
/// means that this environment runs no more JavaScript.
bool report_exception(napi_env env);

}  // namespace binding
