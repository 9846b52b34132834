#include "security.h"

#include <climits>

#include "../test/certificate_link.h"
#include "fuzz.h"

namespace {

constexpr uint16_t kPskCcm8 = 0xc0a8;
constexpr uint16_t kPskGcmSha256 = 0x00a8;
constexpr uint16_t kPskCbcSha256 = 0x00ae;
const char* const kIdentity = "client1";
const char* const kKey = "0123456789abcdef";

std::shared_ptr<const core::Context> make(core::ContextOptions options, const core::CredentialSources& sources = {}) {
  core::ContextError error;
  std::shared_ptr<const core::Context> context = core::Context::create(std::move(options), sources, error);
  REQUIRE(context != nullptr);
  return context;
}

Security with_psk(uint16_t suite, bool outside_sessions) {
  const auto psk = std::make_shared<core::PskTable>();
  core::ContextOptions server;
  server.cipher_suites = {suite};
  server.psk = psk;
  server.sessions = server.external_sessions = outside_sessions;
  core::ContextOptions client;
  client.role = core::Role::kClient;
  client.cipher_suites = {suite};
  client.sessions = outside_sessions;
  return {psk, make(server), make(client)};
}

Security with_certificates() {
  const Credentials credentials;
  core::ContextOptions server = options_of(core::Role::kServer);
  core::ContextOptions client = options_of(core::Role::kClient);
  server.sessions = client.sessions = server.tickets = true;
  return {nullptr, make(server, credentials.of(core::Role::kServer)),
          make(client, credentials.of(core::Role::kClient))};
}

}  // namespace

const Security& Security::of(Kind kind) {
  static const Security all[kKinds] = {with_psk(kPskCcm8, false), with_psk(kPskCbcSha256, false), with_certificates(),
                                       with_psk(kPskCcm8, true), with_psk(kPskGcmSha256, false)};
  return all[kind];
}

void Security::restore() const {
  for (const auto& context : {server_context, client_context}) {
    SSL_CTX_flush_sessions(context->ssl_ctx(), LONG_MAX);
    context->take_removed_sessions();
  }
  if (has_psk()) psk->set(kIdentity, core::bytes_of(kKey));
}

core::ClientParameters Security::client() const {
  return has_psk() ? psk_parameters(kIdentity, kKey) : named("server.example");
}

core::ClientParameters Security::impostor() const {
  return has_psk() ? psk_parameters(kIdentity, "0123456789abcdeX") : named("other.example");
}
