#pragma once

#include "link.h"
#include "pki.h"
#include "test.h"

inline constexpr uint16_t kEcdsaCcm8 = 0xc0ae;

/// A server and a client certificate of one authority.
struct Credentials {
  explicit Credentials(pki::KeyType type = pki::KeyType::kEcP256, const char* authority_name = "root")
      : Credentials(pki::make({.name = authority_name, .key_type = type, .authority = true}), type) {}
  Credentials(pki::Identity root, pki::KeyType type) {
    const auto add = [&](const char* name, std::string& certificate, std::string& key) {
      pki::Options options{.name = name, .key_type = type, .alternative_names = std::string("DNS:") + name};
      const pki::Identity identity = pki::make(options, &root);
      certificate = pki::pem(identity);
      key = pki::key_pem(identity.key.get());
    };
    anchor = pki::pem(root);
    add("server.example", server_certificate, server_key);
    add("client.example", client_certificate, client_key);
  }

  core::CredentialSources of(core::Role role) const {
    core::CredentialSources sources;
    sources.certificates = {core::bytes_of(role == core::Role::kServer ? server_certificate : client_certificate)};
    sources.private_key = core::bytes_of(role == core::Role::kServer ? server_key : client_key);
    sources.trust_anchors = {core::bytes_of(anchor)};
    return sources;
  }

  std::string anchor, server_certificate, server_key, client_certificate, client_key;
};

inline core::ContextOptions options_of(core::Role role, uint16_t suite = kEcdsaCcm8) {
  core::ContextOptions options;
  options.role = role;
  options.cipher_suites = {suite};
  options.verify = core::Verify::kRequire;
  return options;
}

inline std::shared_ptr<core::Context> make_certified(core::ContextOptions options,
                                                     const core::CredentialSources& sources) {
  core::ContextError error;
  auto context = core::Context::create(std::move(options), sources, error);
  CHECK(context != nullptr);
  return context;
}

inline core::ClientParameters named(const std::string& name) {
  core::ClientParameters parameters;
  parameters.server_name = parameters.verify_name = name;
  return parameters;
}

/// A link whose ends have contexts of their own.
struct CertificateLink : Link {
  CertificateLink(std::shared_ptr<const core::Context> server_side, std::shared_ptr<const core::Context> client_side) {
    server.engine.set_server(std::move(server_side));
    client_context = std::move(client_side);
  }

  bool shake_hands(core::ClientParameters parameters = named("server.example")) {
    server.events.clear();
    client.events.clear();
    client_peer = client.engine.connect(server_address, client_context, std::move(parameters), now).peer;
    return handshake();
  }
  void hang_up() {
    client.engine.close(client_peer);
    exchange();
  }
  std::vector<uint8_t> session() const {
    const Side::Event* event = client.last(core::EventKind::kSession);
    return event == nullptr ? std::vector<uint8_t>()
                            : std::vector<uint8_t>(event->payload.begin(), event->payload.end());
  }
  bool resumed() const {
    const int32_t both = client.last(core::EventKind::kConnected)->c & server.last(core::EventKind::kConnected)->c;
    return (both & core::kFlagResumed) != 0;
  }
};
