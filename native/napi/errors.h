#pragma once

#include <napi.h>

#include <string>

#include "../core/context.h"
#include "../io/io_error.h"

namespace binding {

// Each leaves a JavaScript exception pending; the caller returns at once.

void throw_type_error(napi_env env, const std::string& message);

/// An Error with a stable `code`.
void throw_coded(napi_env env, const char* code, const std::string& message);

/// The shape that Node gives to its own system errors: code, errno, syscall, address, port.
void throw_io_error(napi_env env, const io::IoError& error, const std::string& address, uint32_t port);

/// ContextErrorDetails of `lib/binding.ts`.
void throw_context_error(napi_env env, const core::ContextError& error);

}  // namespace binding
