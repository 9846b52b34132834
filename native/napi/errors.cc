#include "errors.h"

namespace binding {

namespace {

Napi::Error new_error(napi_env env, const std::string& code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

}  // namespace

void throw_type_error(napi_env env, const std::string& message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
}

void throw_coded(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
}

void throw_io_error(napi_env env, const io::IoError& error, const std::string& address, uint32_t port) {
  const std::string code = io::error_name(error.number);
  Napi::HandleScope scope(env);
  Napi::Error thrown =
      new_error(env, code, std::string(error.syscall) + " " + code + " " + address + ":" + std::to_string(port));
  thrown.Set("errno", Napi::Number::New(env, error.number));
  thrown.Set("syscall", Napi::String::New(env, error.syscall));
  thrown.Set("address", Napi::String::New(env, address));
  thrown.Set("port", Napi::Number::New(env, port));
  thrown.ThrowAsJavaScriptException();
}

void throw_context_error(napi_env env, const core::ContextError& error) {
  Napi::HandleScope scope(env);
  Napi::Error thrown = new_error(env, "ERR_CONTEXT", "libssl refused the options: " + error.library.reason);
  thrown.Set("reason", Napi::String::New(env, error.library.reason));
  thrown.Set("kind", Napi::String::New(env, error.kind));
  thrown.Set("libraryCode", Napi::Number::New(env, error.library.code));
  if (error.field != nullptr) {
    thrown.Set("field", Napi::String::New(env, error.field));
    thrown.Set("index", Napi::Number::New(env, static_cast<double>(error.index)));
  }
  thrown.ThrowAsJavaScriptException();
}

}  // namespace binding
