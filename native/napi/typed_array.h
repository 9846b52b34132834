#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../core/bytes.h"

namespace binding {

/// The memory of a JavaScript typed array, borrowed: it may be gone as soon as JavaScript runs again.
template <typename T>
struct TypedArray {
  T* data = nullptr;
  size_t length = 0;
};

/// Nothing unless `value` is a typed array of the kind `wanted`, whose elements must be of type T.
template <typename T>
std::optional<TypedArray<T>> typed_array_of(Napi::Value value, napi_typedarray_type wanted) {
  napi_typedarray_type type{};
  void* data = nullptr;
  size_t length = 0;
  if (value.IsEmpty() || !value.IsTypedArray()) return std::nullopt;
  if (napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != wanted) {
    return std::nullopt;
  }
  // A detached array has neither memory nor length.
  return TypedArray<T>{static_cast<T*>(data), data != nullptr ? length : 0};
}

/// Nothing unless `value` is a Uint8Array.
inline std::optional<core::ByteView> bytes_of(Napi::Value value) {
  const auto array = typed_array_of<const uint8_t>(value, napi_uint8_array);
  if (!array) return std::nullopt;
  return core::ByteView(array->data, array->length);
}

}  // namespace binding
