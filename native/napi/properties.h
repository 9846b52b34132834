#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "../core/bytes.h"
#include "typed_array.h"

namespace binding {

/// Members of a plain object (no getters) that TypeScript has already checked. A wrong one still must not crash: the
/// first throws a TypeError, valid() turns false, and the values read after that mean nothing. Views are borrowed for
/// the call.
class Properties {
 public:
  /// `name` stands for the object in messages: "settings.port must be a number in range".
  Properties(Napi::Env env, Napi::Value object, std::string name);

  bool valid() const { return valid_; }

  /// Undefined for a member that is missing.
  Napi::Value value(const char* name);
  bool is_null(const char* name);

  int32_t integer(const char* name);
  /// A whole number from 0 to `limit`.
  uint64_t natural(const char* name, uint64_t limit);
  bool boolean(const char* name);
  std::string text(const char* name);
  core::ByteView bytes(const char* name);
  /// Empty for null.
  core::ByteView bytes_or_null(const char* name);
  TypedArray<uint16_t> uint16s(const char* name);
  TypedArray<uint64_t> uint64s(const char* name);
  /// The elements of an array of Uint8Array.
  std::vector<core::ByteView> bytes_list(const char* name);
  /// The elements of an array of strings.
  std::vector<std::string> text_list(const char* name);

  /// Calls `read(Properties&)` for each element of an array of objects.
  template <typename Read>
  void each_object(const char* name, Read read) {
    for (Element& element : elements(name)) {
      if (!valid_) return;
      Properties properties(env_, element.value, std::move(element.path));
      if (properties.valid()) read(properties);
      valid_ = properties.valid();
    }
  }

  /// Throws unless `holds`. `wanted` completes the sentence "settings.port must be ...".
  bool expect(bool holds, const char* name, const char* wanted) { return expect_at(holds, path(name), wanted); }

 private:
  struct Element {
    Napi::Value value;
    std::string path;  ///< such as "settings.crls[0]"
  };

  std::vector<Element> elements(const char* name);
  std::string path(const char* name) const { return name_ + "." + name; }
  bool expect_at(bool holds, const std::string& path, const char* wanted);

  const Napi::Env env_;
  Napi::Object object_;
  const std::string name_;
  bool valid_ = true;
};

}  // namespace binding
