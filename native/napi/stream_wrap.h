#pragma once

#include <memory>

#include "../core/stream.h"
#include "wrapped.h"

namespace binding {

/// JavaScript class Stream(context, parameters): what is said at NativeStream in `lib/binding.ts`. No method calls
/// back.
class StreamWrap final : public Wrapped<StreamWrap> {
 public:
  static constexpr napi_type_tag kTypeTag = {0x3f0c9b6c5d1e4a77, 0x9a64e2f81b0d35c8};

  static Napi::Function define(Napi::Env env);
  explicit StreamWrap(const Napi::CallbackInfo& info);

 private:
  Napi::Value start(const Napi::CallbackInfo& info);
  Napi::Value receive(const Napi::CallbackInfo& info);
  Napi::Value end(const Napi::CallbackInfo& info);
  Napi::Value answer_session(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value shutdown(const Napi::CallbackInfo& info);
  Napi::Value take_output(const Napi::CallbackInfo& info);
  Napi::Value take_plaintext(const Napi::CallbackInfo& info);
  Napi::Value take_session(const Napi::CallbackInfo& info);
  Napi::Value take_keylog(const Napi::CallbackInfo& info);
  Napi::Value wanted_session(const Napi::CallbackInfo& info);
  Napi::Value failure(const Napi::CallbackInfo& info);
  Napi::Value peer_info(const Napi::CallbackInfo& info);
  Napi::Value destroy(const Napi::CallbackInfo& info);

  std::unique_ptr<core::Stream> stream_;  ///< null once destroyed
};

}  // namespace binding
