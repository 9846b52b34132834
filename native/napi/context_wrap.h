#pragma once

#include <memory>

#include "../core/context.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class Context(role, suites, preferOwnOrder, mtu, minTimeoutMicros, maxTimeoutMicros, psk):
/// enableKeylog().
class ContextWrap final : public Wrapped<ContextWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x7d20b4e1f65a4c98, 0x84d1c0a93be7562f};

  static Napi::Function define(Napi::Env env);
  explicit ContextWrap(const Napi::CallbackInfo& info);

  /// Null only while the constructor is failing.
  std::shared_ptr<const core::Context> context() const { return context_; }

 private:
  Napi::Value enable_keylog(const Napi::CallbackInfo& info);

  std::shared_ptr<core::Context> context_;
};

}  // namespace binding
