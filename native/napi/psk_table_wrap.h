#pragma once

#include <memory>

#include "../core/psk_table.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class PskTable: set(identity, key), remove(identity), has(identity), clear(), size. Bytes in both
/// places: keys never become JavaScript strings.
class PskTableWrap final : public Wrapped<PskTableWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x3c1f8a52d9e04b71, 0x9b6e2d4407c3f518};

  static Napi::Function define(Napi::Env env);
  explicit PskTableWrap(const Napi::CallbackInfo& info) : Wrapped(info) {}

  std::shared_ptr<const core::PskTable> table() const { return table_; }

 private:
  Napi::Value set(const Napi::CallbackInfo& info);
  Napi::Value remove(const Napi::CallbackInfo& info);
  Napi::Value has(const Napi::CallbackInfo& info);
  Napi::Value clear(const Napi::CallbackInfo& info);
  Napi::Value size(const Napi::CallbackInfo& info);

  std::shared_ptr<core::PskTable> table_ = std::make_shared<core::PskTable>();
};

}  // namespace binding
