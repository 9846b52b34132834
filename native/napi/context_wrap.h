#pragma once

#include <memory>

#include "../core/context.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class Context(settings): what is said at NativeContext and ContextSettings in `lib/binding.ts`.
class ContextWrap final : public Wrapped<ContextWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x7d20b4e1f65a4c98, 0x84d1c0a93be7562f};

  static Napi::Function define(Napi::Env env);
  explicit ContextWrap(const Napi::CallbackInfo& info);

  /// Null only while the constructor is failing.
  std::shared_ptr<const core::Context> context() const { return context_; }

 private:
  Napi::Value enable_keylog(const Napi::CallbackInfo& info);
  Napi::Value add_server_name(const Napi::CallbackInfo& info);
  Napi::Value set_ticket_keys(const Napi::CallbackInfo& info);
  Napi::Value configure(const Napi::CallbackInfo& info);
  Napi::Value cipher_list(const Napi::CallbackInfo& info);
  Napi::Value remove_session(const Napi::CallbackInfo& info);
  Napi::Value refuse_resumption(const Napi::CallbackInfo& info);
  Napi::Value take_removed_sessions(const Napi::CallbackInfo& info);
  Napi::Value session_count(const Napi::CallbackInfo& info);

  std::shared_ptr<core::Context> context_;
};

}  // namespace binding
