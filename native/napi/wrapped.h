#pragma once

#include <napi.h>

#include "errors.h"

namespace binding {

/// Base of our wrapped classes: Napi::ObjectWrap plus a type tag, so that a method called on some other native object
/// throws instead of reading foreign memory. `T` has a `static constexpr napi_type_tag kTypeTag`.
template <typename T>
class Wrapped : public Napi::ObjectWrap<T> {
 public:
  explicit Wrapped(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {
    napi_type_tag_object(info.Env(), info.This(), &T::kTypeTag);
  }

  /// Null unless `value` is an object of this class.
  static T* from(napi_env env, napi_value value) {
    bool matches = false;
    void* object = nullptr;
    if (napi_check_object_type_tag(env, value, &T::kTypeTag, &matches) != napi_ok || !matches) return nullptr;
    if (napi_unwrap(env, value, &object) != napi_ok) return nullptr;
    return static_cast<T*>(object);
  }

 protected:
  using Method = Napi::Value (T::*)(const Napi::CallbackInfo&);

  template <Method method>
  static Napi::ClassPropertyDescriptor<T> define_method(const char* name) {
    return napi_property_descriptor{name,    nullptr, invoke<method>,      nullptr,
                                    nullptr, nullptr, napi_default_method, nullptr};
  }

  template <Method getter>
  static Napi::ClassPropertyDescriptor<T> define_getter(const char* name) {
    return napi_property_descriptor{name, nullptr, nullptr, invoke<getter>, nullptr, nullptr, napi_default, nullptr};
  }

 private:
  template <Method method>
  static napi_value invoke(napi_env env, napi_callback_info raw) {
    const Napi::CallbackInfo info(env, raw);
    T* self = from(env, info.This());
    if (self == nullptr) {
      throw_type_error(env, "Illegal invocation");
      return nullptr;
    }
    return (self->*method)(info);
  }
};

}  // namespace binding
