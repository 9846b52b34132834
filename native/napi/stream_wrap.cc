#include "stream_wrap.h"

#include <utility>

#include "arguments.h"
#include "client_parameters.h"
#include "context_wrap.h"

namespace binding {

namespace {

Napi::Value buffer_or_null(Napi::Env env, core::ByteView bytes) {
  if (bytes.empty()) return env.Null();
  return Napi::Buffer<uint8_t>::Copy(env, bytes.data(), bytes.size());
}

Napi::Value flags_value(Napi::Env env, uint32_t flags) { return Napi::Number::New(env, flags); }

}  // namespace

Napi::Function StreamWrap::define(Napi::Env env) {
  return DefineClass(env, "Stream",
                     {
                         define_method<&StreamWrap::start>("start"),
                         define_method<&StreamWrap::receive>("receive"),
                         define_method<&StreamWrap::end>("end"),
                         define_method<&StreamWrap::answer_session>("answerSession"),
                         define_method<&StreamWrap::write>("write"),
                         define_method<&StreamWrap::shutdown>("shutdown"),
                         define_method<&StreamWrap::take_output>("takeOutput"),
                         define_method<&StreamWrap::take_plaintext>("takePlaintext"),
                         define_method<&StreamWrap::take_session>("takeSession"),
                         define_method<&StreamWrap::take_keylog>("takeKeylog"),
                         define_method<&StreamWrap::wanted_session>("wantedSession"),
                         define_method<&StreamWrap::failure>("failure"),
                         define_method<&StreamWrap::peer_info>("info"),
                         define_method<&StreamWrap::destroy>("destroy"),
                     });
}

StreamWrap::StreamWrap(const Napi::CallbackInfo& info) : Wrapped(info) {
  Arguments arguments(info);
  ContextWrap* context = ContextWrap::from(info.Env(), info[0]);
  const bool streams = context != nullptr && context->context()->options().transport == core::Transport::kStream;
  if (!arguments.expect(streams, 0, "a Context for streams")) return;
  const bool serves = context->context()->options().role == core::Role::kServer;
  arguments.expect(arguments.is_null(1) == serves, 1, serves ? "null for a server" : "the parameters of a client");
  if (!arguments.valid()) return;
  if (serves) {
    stream_ = core::Stream::accept(context->context());
  } else {
    auto parameters = read_client_parameters(info.Env(), info[1]);
    if (!parameters) return;
    core::Status status = core::Status::kOk;
    stream_ = core::Stream::connect(context->context(), std::move(*parameters), status);
    if (status == core::Status::kDaneUnusable) {
      throw_coded(info.Env(), "ERR_DANE_UNUSABLE", "DANE is enforced, and none of the TLSA records can be used");
      return;
    }
  }
  if (!stream_) throw_coded(info.Env(), "ENOMEM", "out of memory");
}

Napi::Value StreamWrap::start(const Napi::CallbackInfo& info) {
  return flags_value(info.Env(), stream_ ? stream_->start() : 0);
}

Napi::Value StreamWrap::receive(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView chunk = arguments.bytes(0);
  if (!arguments.valid()) return {};
  return flags_value(info.Env(), stream_ ? stream_->receive(chunk) : 0);
}

Napi::Value StreamWrap::end(const Napi::CallbackInfo& info) {
  return flags_value(info.Env(), stream_ ? stream_->end() : 0);
}

Napi::Value StreamWrap::answer_session(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView session = arguments.is_null(0) ? core::ByteView() : arguments.bytes(0);
  if (!arguments.valid()) return {};
  return flags_value(info.Env(), stream_ ? stream_->answer_session(session) : 0);
}

Napi::Value StreamWrap::write(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView data = arguments.bytes(0);
  if (!arguments.valid()) return {};
  const core::Status status = stream_ ? stream_->write(data) : core::Status::kNoSuchPeer;
  return Napi::Number::New(info.Env(), static_cast<int32_t>(status));
}

Napi::Value StreamWrap::shutdown(const Napi::CallbackInfo& info) {
  if (stream_) stream_->shutdown();
  return info.Env().Undefined();
}

Napi::Value StreamWrap::take_output(const Napi::CallbackInfo& info) {
  if (!stream_) return info.Env().Null();
  return buffer_or_null(info.Env(), stream_->take_output());
}

Napi::Value StreamWrap::take_plaintext(const Napi::CallbackInfo& info) {
  if (!stream_) return info.Env().Null();
  return buffer_or_null(info.Env(), stream_->take_plaintext());
}

Napi::Value StreamWrap::take_session(const Napi::CallbackInfo& info) {
  if (!stream_) return info.Env().Null();
  const core::Secret session(stream_->take_session());
  return buffer_or_null(info.Env(), session.view());
}

Napi::Value StreamWrap::take_keylog(const Napi::CallbackInfo& info) {
  if (!stream_) return info.Env().Null();
  const core::Secret lines = stream_->take_key_log();
  return buffer_or_null(info.Env(), lines.view());
}

Napi::Value StreamWrap::wanted_session(const Napi::CallbackInfo& info) {
  const std::vector<uint8_t>* id = stream_ ? stream_->wanted_session() : nullptr;
  return id == nullptr ? info.Env().Null() : buffer_or_null(info.Env(), *id);
}

Napi::Value StreamWrap::failure(const Napi::CallbackInfo& info) {
  if (!stream_ || !stream_->failed()) return info.Env().Null();
  const core::Failure& failure = stream_->failure();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("cause", Napi::Number::New(info.Env(), static_cast<int32_t>(failure.cause)));
  result.Set("code", Napi::Number::New(info.Env(), failure.code));
  result.Set("reason", Napi::String::New(info.Env(), failure.reason));
  result.Set("pskIdentity", Napi::String::New(info.Env(), stream_->claimed_psk_identity()));
  return result;
}

Napi::Value StreamWrap::peer_info(const Napi::CallbackInfo& info) {
  if (!stream_) return info.Env().Null();
  const Napi::Env env = info.Env();
  Napi::Array certificates = Napi::Array::New(env);
  for (const std::vector<uint8_t>& der : stream_->peer_certificates()) {
    certificates.Set(certificates.Length(), Napi::Buffer<uint8_t>::Copy(env, der.data(), der.size()));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("cipher", Napi::Number::New(env, stream_->cipher_suite()));
  result.Set("version", Napi::Number::New(env, stream_->version()));
  result.Set("resumed", Napi::Boolean::New(env, stream_->resumed()));
  result.Set("pskIdentity", Napi::String::New(env, stream_->psk_identity()));
  result.Set("serverName", Napi::String::New(env, stream_->server_name()));
  result.Set("verifyResult", Napi::Number::New(env, stream_->verify_result()));
  result.Set("certificates", certificates);
  return result;
}

Napi::Value StreamWrap::destroy(const Napi::CallbackInfo& info) {
  stream_.reset();
  return info.Env().Undefined();
}

}  // namespace binding
