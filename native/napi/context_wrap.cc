#include "context_wrap.h"

#include <algorithm>
#include <utility>

#include "arguments.h"
#include "properties.h"
#include "psk_table_wrap.h"

namespace binding {

namespace {

constexpr uint64_t kMaxDatagram = 65535;
constexpr uint64_t kMaxTimeoutMicros = 4'294'967'000;
constexpr uint64_t kMaxSessions = 10'000'000;
constexpr uint64_t kMaxSessionSeconds = 100 * 86'400;

core::ContextOptions read_options(Napi::Env env, Properties& settings) {
  core::ContextOptions options;
  options.role = settings.natural("role", 1) == 1 ? core::Role::kServer : core::Role::kClient;
  options.transport = settings.natural("transport", 1) == 1 ? core::Transport::kStream : core::Transport::kDatagram;
  options.min_version = static_cast<int>(settings.natural("minVersion", UINT16_MAX));
  options.max_version = static_cast<int>(settings.natural("maxVersion", UINT16_MAX));
  const auto suites = settings.uint16s("cipherSuites");
  options.cipher_suites.assign(suites.data, suites.data + suites.length);
  options.prefer_own_order = settings.boolean("preferOwnOrder");
  options.security_level = static_cast<int>(settings.natural("securityLevel", 5));
  options.encrypt_then_mac = settings.boolean("encryptThenMac");
  options.own_records = settings.boolean("ownRecords");
  options.mtu = static_cast<int>(settings.natural("mtu", kMaxDatagram));
  options.min_timeout = settings.natural("minTimeoutMicros", kMaxTimeoutMicros);
  options.max_timeout = settings.natural("maxTimeoutMicros", kMaxTimeoutMicros);
  if (!settings.is_null("psk")) {
    PskTableWrap* table = PskTableWrap::from(env, settings.value("psk"));
    if (settings.expect(table != nullptr, "psk", "a PskTable or null")) options.psk = table->table();
  }
  options.asks_psk = options.psk != nullptr && settings.boolean("asksPsk");
  options.asks_admission = settings.boolean("asksAdmission");
  options.asks_credentials = settings.boolean("asksCredentials");
  options.verify = static_cast<core::Verify>(settings.natural("verify", 2));
  options.dane = settings.boolean("dane");
  options.sessions = settings.boolean("sessions");
  options.session_cache_size = static_cast<int>(settings.natural("sessionCacheSize", kMaxSessions));
  options.session_timeout = static_cast<int>(settings.natural("sessionTimeout", kMaxSessionSeconds));
  options.external_sessions = settings.boolean("externalSessions");
  options.tickets = settings.boolean("tickets");
  return options;
}

core::CredentialSources read_sources(Properties& settings) {
  core::CredentialSources sources;
  sources.certificates = settings.bytes_list("certificates");
  sources.private_key = settings.bytes_or_null("privateKey");
  sources.passphrase = settings.bytes_or_null("passphrase");
  sources.trust_anchors = settings.bytes_list("trustAnchors");
  sources.trust_paths = settings.text_list("trustPaths");
  sources.system_trust = settings.boolean("systemTrust");
  sources.crls = settings.bytes_list("crls");
  sources.rebuild_chain = settings.boolean("rebuildChain");
  return sources;
}

}  // namespace

Napi::Function ContextWrap::define(Napi::Env env) {
  return DefineClass(env, "Context",
                     {
                         define_method<&ContextWrap::enable_keylog>("enableKeylog"),
                         define_method<&ContextWrap::add_server_name>("addServerName"),
                         define_method<&ContextWrap::set_ticket_keys>("setTicketKeys"),
                         define_method<&ContextWrap::configure>("configure"),
                         define_method<&ContextWrap::cipher_list>("cipherList"),
                         define_method<&ContextWrap::remove_session>("removeSession"),
                         define_method<&ContextWrap::refuse_resumption>("refuseResumption"),
                         define_method<&ContextWrap::take_removed_sessions>("takeRemovedSessions"),
                         define_getter<&ContextWrap::session_count>("sessionCount"),
                     });
}

ContextWrap::ContextWrap(const Napi::CallbackInfo& info) : Wrapped(info) {
  Arguments arguments(info);
  if (!arguments.expect(info[0].IsObject(), 0, "an object")) return;
  Properties settings(info.Env(), info[0].As<Napi::Object>(), "settings");
  core::ContextOptions options = read_options(info.Env(), settings);
  const core::CredentialSources sources = read_sources(settings);
  if (!settings.valid()) return;

  core::ContextError error;
  context_ = core::Context::create(std::move(options), sources, error);
  if (!context_) throw_context_error(info.Env(), error);
}

Napi::Value ContextWrap::enable_keylog(const Napi::CallbackInfo& info) {
  context_->enable_keylog();
  return info.Env().Undefined();
}

Napi::Value ContextWrap::add_server_name(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  std::string pattern = arguments.text(0);
  ContextWrap* other = from(info.Env(), info[1]);
  const bool serves = other != nullptr && other != this && other->context_->options().role == core::Role::kServer;
  arguments.expect(serves, 1, "another server Context");
  if (!arguments.valid()) return {};
  std::transform(pattern.begin(), pattern.end(), pattern.begin(), [](unsigned char c) { return std::tolower(c); });
  context_->add_server_name(std::move(pattern), other->context_);
  return info.Env().Undefined();
}

Napi::Value ContextWrap::set_ticket_keys(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView keys = arguments.bytes(0);
  if (!arguments.valid()) return {};
  arguments.expect(context_->set_ticket_keys(keys), 0, "one or more times 80 bytes");
  return info.Env().Undefined();
}

Napi::Value ContextWrap::configure(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string command = arguments.text(0);
  const std::string value = arguments.text(1);
  if (!arguments.valid()) return {};
  core::ContextError error;
  if (!context_->configure(command, value, error)) throw_context_error(info.Env(), error);
  return info.Env().Undefined();
}

Napi::Value ContextWrap::cipher_list(const Napi::CallbackInfo& info) {
  const std::vector<uint16_t> ids = context_->cipher_list();
  Napi::Uint16Array result = Napi::Uint16Array::New(info.Env(), ids.size());
  std::copy(ids.begin(), ids.end(), result.Data());
  return result;
}

Napi::Value ContextWrap::remove_session(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView id = arguments.bytes(0);
  arguments.expect(id.size() <= SSL_MAX_SSL_SESSION_ID_LENGTH, 0, "at most 32 bytes");
  if (!arguments.valid()) return {};
  context_->remove_session(id);
  return info.Env().Undefined();
}

Napi::Value ContextWrap::refuse_resumption(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const bool refused = arguments.boolean(0);
  if (!arguments.valid()) return {};
  context_->refuse_resumption(refused);
  return info.Env().Undefined();
}

Napi::Value ContextWrap::take_removed_sessions(const Napi::CallbackInfo& info) {
  Napi::Array ids = Napi::Array::New(info.Env());
  for (const std::vector<uint8_t>& id : context_->take_removed_sessions()) {
    ids.Set(ids.Length(), Napi::Buffer<uint8_t>::Copy(info.Env(), id.data(), id.size()));
  }
  return ids;
}

Napi::Value ContextWrap::session_count(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(context_->session_count()));
}

}  // namespace binding
