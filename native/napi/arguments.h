#pragma once

#include <napi.h>

#include <string>

#include "../core/bytes.h"
#include "errors.h"
#include "typed_array.h"

namespace binding {

/// Positional arguments that TypeScript has already checked. A wrong one still must not crash: the first throws a
/// TypeError, valid() turns false, and the values read after that mean nothing. Views are borrowed for the call.
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  bool valid() const { return valid_; }

  int32_t integer(size_t i) {
    const Napi::Value value = info_[i];
    return expect(value.IsNumber(), i, "a number") ? value.As<Napi::Number>().Int32Value() : 0;
  }

  /// A whole number from 0 to `limit`.
  uint64_t natural(size_t i, uint64_t limit) {
    const Napi::Value value = info_[i];
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
    const bool in_range = number >= 0 && number <= static_cast<double>(limit);
    return expect(in_range, i, "a number in range") ? static_cast<uint64_t>(number) : 0;
  }

  bool boolean(size_t i) {
    const Napi::Value value = info_[i];
    return expect(value.IsBoolean(), i, "a boolean") && value.As<Napi::Boolean>().Value();
  }

  std::string text(size_t i) {
    const Napi::Value value = info_[i];
    return expect(value.IsString(), i, "a string") ? value.As<Napi::String>().Utf8Value() : std::string();
  }

  bool is_null(size_t i) const { return info_[i].IsNull() || info_[i].IsUndefined(); }

  Napi::Function function(size_t i) {
    const Napi::Value value = info_[i];
    return expect(value.IsFunction(), i, "a function") ? value.As<Napi::Function>() : Napi::Function();
  }

  core::ByteView bytes(size_t i) {
    const auto found = bytes_of(info_[i]);
    return expect(found.has_value(), i, "a Uint8Array") ? *found : core::ByteView();
  }

  template <typename T>
  TypedArray<T> typed_array(size_t i, napi_typedarray_type wanted, const char* description) {
    const auto found = typed_array_of<T>(info_[i], wanted);
    return expect(found.has_value(), i, description) ? *found : TypedArray<T>();
  }

  /// Throws unless `holds`. `wanted` completes the sentence "argument 1 must be ...".
  bool expect(bool holds, size_t i, const char* wanted) {
    if (!valid_) return false;
    if (holds) return true;
    valid_ = false;
    throw_type_error(info_.Env(), "argument " + std::to_string(i + 1) + " must be " + wanted);
    return false;
  }

 private:
  const Napi::CallbackInfo& info_;
  bool valid_ = true;
};

}  // namespace binding
