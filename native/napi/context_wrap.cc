#include "context_wrap.h"

#include <utility>

#include "arguments.h"
#include "psk_table_wrap.h"

namespace binding {

namespace {

constexpr uint64_t kMaxDatagram = 65535;
constexpr uint64_t kMaxTimeoutMicros = 4'294'967'000;

}  // namespace

Napi::Function ContextWrap::define(Napi::Env env) {
  return DefineClass(env, "Context", {define_method<&ContextWrap::enable_keylog>("enableKeylog")});
}

ContextWrap::ContextWrap(const Napi::CallbackInfo& info) : Wrapped(info) {
  Arguments arguments(info);
  core::ContextOptions options;
  options.role = arguments.natural(0, 1) == 1 ? core::Role::kServer : core::Role::kClient;
  const auto suites = arguments.typed_array<uint16_t>(1, napi_uint16_array, "a Uint16Array");
  options.prefer_own_order = arguments.boolean(2);
  options.mtu = static_cast<int>(arguments.natural(3, kMaxDatagram));
  options.min_timeout = arguments.natural(4, kMaxTimeoutMicros);
  options.max_timeout = arguments.natural(5, kMaxTimeoutMicros);
  if (!arguments.is_null(6)) {
    PskTableWrap* table = PskTableWrap::from(info.Env(), info[6]);
    if (arguments.expect(table != nullptr, 6, "a PskTable or null")) options.psk = table->table();
  }
  if (!arguments.valid()) return;

  options.cipher_suites.assign(suites.data, suites.data + suites.length);
  context_ = core::Context::create(std::move(options));
  if (!context_) throw_context_error(info.Env(), core::take_library_failure());
}

Napi::Value ContextWrap::enable_keylog(const Napi::CallbackInfo& info) {
  context_->enable_keylog();
  return info.Env().Undefined();
}

}  // namespace binding
