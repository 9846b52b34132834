#include <napi.h>

#include "../core/cipher_suite.h"
#include "../core/counters.h"
#include "../core/event_sink.h"
#include "../core/faults/fault_rule.h"
#include "../core/library.h"
#include "../core/verify_error.h"
#include "arguments.h"
#include "context_wrap.h"
#include "errors.h"
#include "psk_table_wrap.h"
#include "reactor_wrap.h"
#include "stream_wrap.h"
#include "tcp.h"
#include "udp_port_wrap.h"

namespace binding {

namespace {

Napi::Value openssl_version(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), core::library_version());
}

const char* kind_name(core::SuiteKind kind) {
  switch (kind) {
    case core::SuiteKind::kPsk:
      return "psk";
    case core::SuiteKind::kTls13:
      return "tls13";
    default:
      return "certificate";
  }
}

Napi::Value cipher_suites(const Napi::CallbackInfo& info) {
  Napi::Array result = Napi::Array::New(info.Env());
  for (const core::CipherSuite& suite : core::cipher_suites()) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("id", Napi::Number::New(info.Env(), suite.id));
    entry.Set("name", Napi::String::New(info.Env(), suite.name));
    entry.Set("openssl", Napi::String::New(info.Env(), suite.openssl));
    entry.Set("kind", Napi::String::New(info.Env(), kind_name(suite.kind)));
    result.Set(result.Length(), entry);
  }
  return result;
}

Napi::Value cleanse(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView buffer = arguments.bytes(0);
  if (arguments.valid()) OPENSSL_cleanse(const_cast<uint8_t*>(buffer.data()), buffer.size());
  return info.Env().Undefined();
}

Napi::Value verify_error(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t code = arguments.integer(0);
  if (!arguments.valid()) return {};
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("name", Napi::String::New(info.Env(), core::verify_error_name(code)));
  result.Set("text", Napi::String::New(info.Env(), X509_verify_cert_error_string(code)));
  return result;
}

/// What both sides of the binding must agree on; `lib/binding.ts` compares.
Napi::Object layout(Napi::Env env) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("eventInts", Napi::Number::New(env, sizeof(core::EventRecord) / sizeof(int32_t)));
  result.Set("counterCount", Napi::Number::New(env, core::kCounterCount));
  result.Set("faultCounterCount", Napi::Number::New(env, core::kFaultCounterCount));
  result.Set("maxPayload", Napi::Number::New(env, core::EventSink::kMaxPayload));
  return result;
}

}  // namespace

/// Runs once per environment (main thread, each worker); nothing here is shared between them but OpenSSL's own state.
Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  if (!core::initialize_library()) {
    throw_coded(env, "ERR_OPENSSL_MISMATCH",
                std::string("built for another OpenSSL than the one that answers: ") + core::library_version());
    return exports;
  }
  exports.Set("opensslVersion", Napi::Function::New<openssl_version>(env, "opensslVersion"));
  exports.Set("cipherSuites", Napi::Function::New<cipher_suites>(env, "cipherSuites"));
  exports.Set("layout", layout(env));
  exports.Set("PskTable", PskTableWrap::define(env));
  exports.Set("Context", ContextWrap::define(env));
  exports.Set("Reactor", ReactorWrap::define(env));
  exports.Set("Stream", StreamWrap::define(env));
  exports.Set("cleanse", Napi::Function::New<cleanse>(env, "cleanse"));
  exports.Set("verifyError", Napi::Function::New<verify_error>(env, "verifyError"));
  exports.Set("UdpPort", UdpPortWrap::define(env));
  define_tcp(env, exports);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initialize)

}  // namespace binding
