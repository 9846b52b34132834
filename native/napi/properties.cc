#include "properties.h"

#include <utility>

#include "errors.h"

namespace binding {

Properties::Properties(Napi::Env env, Napi::Value object, std::string name) : env_(env), name_(std::move(name)) {
  if (expect_at(object.IsObject(), name_, "an object")) object_ = object.As<Napi::Object>();
}

Napi::Value Properties::value(const char* name) {
  if (!valid_) return env_.Undefined();
  return object_.Get(name).UnwrapOr(env_.Undefined());
}

bool Properties::is_null(const char* name) {
  const Napi::Value found = value(name);
  return found.IsNull() || found.IsUndefined();
}

int32_t Properties::integer(const char* name) {
  const Napi::Value found = value(name);
  return expect(found.IsNumber(), name, "a number") ? found.As<Napi::Number>().Int32Value() : 0;
}

uint64_t Properties::natural(const char* name, uint64_t limit) {
  const Napi::Value found = value(name);
  const double number = found.IsNumber() ? found.As<Napi::Number>().DoubleValue() : -1;
  const bool in_range = number >= 0 && number <= static_cast<double>(limit);
  return expect(in_range, name, "a number in range") ? static_cast<uint64_t>(number) : 0;
}

bool Properties::boolean(const char* name) {
  const Napi::Value found = value(name);
  return expect(found.IsBoolean(), name, "a boolean") && found.As<Napi::Boolean>().Value();
}

std::string Properties::text(const char* name) {
  const Napi::Value found = value(name);
  return expect(found.IsString(), name, "a string") ? found.As<Napi::String>().Utf8Value() : std::string();
}

core::ByteView Properties::bytes(const char* name) {
  const auto found = bytes_of(value(name));
  return expect(found.has_value(), name, "a Uint8Array") ? *found : core::ByteView();
}

core::ByteView Properties::bytes_or_null(const char* name) { return is_null(name) ? core::ByteView() : bytes(name); }

TypedArray<uint16_t> Properties::uint16s(const char* name) {
  const auto found = typed_array_of<uint16_t>(value(name), napi_uint16_array);
  return expect(found.has_value(), name, "a Uint16Array") ? *found : TypedArray<uint16_t>();
}

TypedArray<uint64_t> Properties::uint64s(const char* name) {
  const auto found = typed_array_of<uint64_t>(value(name), napi_biguint64_array);
  return expect(found.has_value(), name, "a BigUint64Array") ? *found : TypedArray<uint64_t>();
}

std::vector<core::ByteView> Properties::bytes_list(const char* name) {
  std::vector<core::ByteView> result;
  for (const Element& element : elements(name)) {
    const auto found = bytes_of(element.value);
    if (!expect_at(found.has_value(), element.path, "a Uint8Array")) return {};
    result.push_back(*found);
  }
  return result;
}

std::vector<std::string> Properties::text_list(const char* name) {
  std::vector<std::string> result;
  for (const Element& element : elements(name)) {
    if (!expect_at(element.value.IsString(), element.path, "a string")) return {};
    result.push_back(element.value.As<Napi::String>().Utf8Value());
  }
  return result;
}

std::vector<Properties::Element> Properties::elements(const char* name) {
  const Napi::Value found = value(name);
  if (!expect(found.IsArray(), name, "an array")) return {};
  const Napi::Array array = found.As<Napi::Array>();
  std::vector<Element> result;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    result.push_back({array.Get(i).UnwrapOr(env_.Undefined()), path(name) + "[" + std::to_string(i) + "]"});
  }
  return result;
}

bool Properties::expect_at(bool holds, const std::string& path, const char* wanted) {
  if (!valid_) return false;
  if (holds) return true;
  valid_ = false;
  throw_type_error(env_, path + " must be " + wanted);
  return false;
}

}  // namespace binding
