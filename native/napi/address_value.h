#pragma once

#include <napi.h>

#include "../core/address.h"

namespace binding {

/// `Address` of `lib/binding.ts`. No address at all: '', 0 and 'IPv4'.
inline Napi::Object address_value(Napi::Env env, const core::Address& address) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("address", Napi::String::New(env, address.ip_text()));
  result.Set("port", Napi::Number::New(env, address.port));
  result.Set("family", Napi::String::New(env, address.family == 6 ? "IPv6" : "IPv4"));
  return result;
}

}  // namespace binding
