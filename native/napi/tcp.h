#pragma once

#include <napi.h>

namespace binding {

/// openTcp, connectTcp, tcpAddress, shutdownTcp, closeTcp: see `lib/binding.ts`.
void define_tcp(Napi::Env env, Napi::Object exports);

}  // namespace binding
