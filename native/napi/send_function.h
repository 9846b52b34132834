#pragma once

#include <napi.h>

#include "reactor_host.h"

namespace binding {

/// Gives `target` a method send(endpoint, peer, data) -> core::Status. The one hot call of the binding: plain Node-API,
/// and the host comes with the function itself, so there is nothing to unwrap and nothing to check about `this`.
void define_send(Napi::Env env, Napi::Object target, ReactorHost& host);

}  // namespace binding
