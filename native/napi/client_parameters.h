#pragma once

#include <napi.h>

#include <optional>

#include "../core/connection.h"

namespace binding {

/// `ClientParameters` of `lib/binding.ts`. Nothing with an exception pending when a member is wrong.
std::optional<core::ClientParameters> read_client_parameters(Napi::Env env, Napi::Value object);

}  // namespace binding
