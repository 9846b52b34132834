#include "psk_table_wrap.h"

#include <string_view>

#include "arguments.h"

namespace binding {

namespace {

std::string_view text_of(core::ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

Napi::Function PskTableWrap::define(Napi::Env env) {
  return DefineClass(env, "PskTable",
                     {
                         define_method<&PskTableWrap::set>("set"),
                         define_method<&PskTableWrap::remove>("remove"),
                         define_method<&PskTableWrap::has>("has"),
                         define_method<&PskTableWrap::clear>("clear"),
                         define_getter<&PskTableWrap::size>("size"),
                     });
}

Napi::Value PskTableWrap::set(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView identity = arguments.bytes(0);
  const core::ByteView key = arguments.bytes(1);
  if (!arguments.valid()) return {};
  return Napi::Boolean::New(info.Env(), table_->set(text_of(identity), key));
}

Napi::Value PskTableWrap::remove(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView identity = arguments.bytes(0);
  if (!arguments.valid()) return {};
  return Napi::Boolean::New(info.Env(), table_->remove(text_of(identity)));
}

Napi::Value PskTableWrap::has(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView identity = arguments.bytes(0);
  if (!arguments.valid()) return {};
  return Napi::Boolean::New(info.Env(), table_->find(text_of(identity)) != nullptr);
}

Napi::Value PskTableWrap::clear(const Napi::CallbackInfo& info) {
  table_->clear();
  return info.Env().Undefined();
}

Napi::Value PskTableWrap::size(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(table_->size()));
}

}  // namespace binding
