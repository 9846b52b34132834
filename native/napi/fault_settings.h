#pragma once

#include <napi.h>

#include <optional>

#include "../core/faults/fault_layer.h"

namespace binding {

/// `NativeFaults` of `lib/binding.ts`.
struct FaultSettings {
  core::FaultRules rules;
  core::FaultMemory memory;
};

/// Nothing with an exception pending when a member is wrong.
std::optional<FaultSettings> read_fault_settings(Napi::Env env, Napi::Value object);

}  // namespace binding
