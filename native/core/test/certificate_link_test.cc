#include "link.h"
#include "pki.h"
#include "test.h"

using core::EventKind;
using core::Role;

namespace {

constexpr uint16_t kEcdsaCcm8 = 0xc0ae;

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

  core::CredentialSources of(Role role) const {
    core::CredentialSources sources;
    sources.certificates = {core::bytes_of(role == Role::kServer ? server_certificate : client_certificate)};
    sources.private_key = core::bytes_of(role == Role::kServer ? server_key : client_key);
    sources.trust_anchors = {core::bytes_of(anchor)};
    return sources;
  }

  std::string anchor, server_certificate, server_key, client_certificate, client_key;
};

core::ContextOptions options_of(Role role, uint16_t suite = kEcdsaCcm8) {
  core::ContextOptions options;
  options.role = role;
  options.cipher_suites = {suite};
  options.verify = core::Verify::kRequire;
  return options;
}

std::shared_ptr<core::Context> make(core::ContextOptions options, const core::CredentialSources& sources) {
  core::ContextError error;
  auto context = core::Context::create(std::move(options), sources, error);
  CHECK(context != nullptr);
  return context;
}

core::ClientParameters named(const std::string& name) {
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
    const Side::Event* event = client.last(EventKind::kSession);
    return event == nullptr ? std::vector<uint8_t>()
                            : std::vector<uint8_t>(event->payload.begin(), event->payload.end());
  }
  bool resumed() const {
    const int32_t both = client.last(EventKind::kConnected)->c & server.last(EventKind::kConnected)->c;
    return (both & core::kFlagResumed) != 0;
  }
};

}  // namespace

TEST("DTLS with mutual certificates connects with each kind of suite, at any MTU") {
  const Credentials ecdsa;
  const Credentials rsa(pki::KeyType::kRsa2048);
  for (const uint16_t suite : {0xc0ae, 0xc0ac, 0xc023, 0xc02b, 0xcca9, 0xc02f, 0xc027, 0xcca8}) {
    const char* name = core::find_cipher_suite(suite)->openssl;
    const Credentials& credentials = std::string_view(name).starts_with("ECDHE-ECDSA") ? ecdsa : rsa;
    for (const int mtu : {256, 1232}) {
      core::ContextOptions server_options = options_of(Role::kServer, suite);
      core::ContextOptions client_options = options_of(Role::kClient, suite);
      server_options.mtu = client_options.mtu = mtu;
      CertificateLink link(make(server_options, credentials.of(Role::kServer)),
                           make(client_options, credentials.of(Role::kClient)));
      CHECK(link.shake_hands());
      for (const auto& datagram : link.to_client) CHECK(datagram.size() <= static_cast<size_t>(mtu));
      CHECK_EQUAL(link.server.last(EventKind::kConnected)->a, suite);
    }
  }
}

TEST("each lost datagram of a handshake with certificates is made up for") {
  const Credentials credentials;
  core::ContextOptions server_options = options_of(Role::kServer);
  core::ContextOptions client_options = options_of(Role::kClient);
  server_options.mtu = client_options.mtu = 508;
  const auto server = make(server_options, credentials.of(Role::kServer));
  const auto client = make(client_options, credentials.of(Role::kClient));
  for (const bool to_server : {true, false}) {
    for (size_t lost = 0; lost < 6; ++lost) {
      CertificateLink link(server, client);
      link.pass = [=](bool to_server_now, size_t n, core::ByteView) { return to_server_now != to_server || n != lost; };
      CHECK(link.shake_hands());
    }
  }
}

TEST("a client without a certificate is refused where one is required, and told apart where one is requested") {
  const Credentials credentials;
  core::CredentialSources trust_only;
  trust_only.trust_anchors = {core::bytes_of(credentials.anchor)};
  const auto client = make(options_of(Role::kClient), trust_only);

  CertificateLink strict(make(options_of(Role::kServer), credentials.of(Role::kServer)), client);
  CHECK(!strict.shake_hands());
  CHECK_EQUAL(strict.client.last(EventKind::kClosed)->a, static_cast<int>(core::Cause::kAlertReceived));

  core::ContextOptions lenient = options_of(Role::kServer);
  lenient.verify = core::Verify::kRequest;
  CertificateLink open(make(lenient, credentials.of(Role::kServer)), client);
  CHECK(open.shake_hands());
}

TEST("a server that is not to be trusted is refused with the verification error") {
  const Credentials credentials;
  for (const auto& [authority, reason] : {std::pair("another root", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
                                          std::pair("root", X509_V_ERR_CERT_SIGNATURE_FAILURE)}) {
    const Credentials others(pki::KeyType::kEcP256, authority);
    CertificateLink link(make(options_of(Role::kServer), others.of(Role::kServer)),
                         make(options_of(Role::kClient), credentials.of(Role::kClient)));
    CHECK(!link.shake_hands());
    const Side::Event* closed = link.client.last(EventKind::kClosed);
    CHECK_EQUAL(closed->a, static_cast<int>(core::Cause::kVerify));
    CHECK_EQUAL(closed->b, reason);
    const Side::Event* error = link.server.last(EventKind::kClientError);
    CHECK(error != nullptr && error->a == static_cast<int>(core::Cause::kAlertReceived));
  }
}

TEST("DTLS sessions are resumed by id, by ticket, and by a session that is kept outside") {
  const Credentials credentials;
  enum class Way { kId, kTicket, kOutside };
  for (const Way way : {Way::kId, Way::kTicket, Way::kOutside}) {
    core::ContextOptions server_options = options_of(Role::kServer);
    core::ContextOptions client_options = options_of(Role::kClient);
    for (core::ContextOptions* options : {&server_options, &client_options}) {
      options->sessions = true;
      options->session_cache_size = 10;
      options->tickets = way == Way::kTicket;
    }
    server_options.external_sessions = way == Way::kOutside;
    CertificateLink link(make(server_options, credentials.of(Role::kServer)),
                         make(client_options, credentials.of(Role::kClient)));
    CHECK(link.shake_hands());
    CHECK(!link.resumed());
    const std::vector<uint8_t> session = link.session();
    CHECK(!session.empty());
    std::string kept;
    if (way == Way::kOutside) kept = link.server.last(EventKind::kSession)->payload.substr(33);
    link.hang_up();

    core::ClientParameters parameters = named("server.example");
    parameters.session = session;
    if (way == Way::kOutside) {
      link.server.events.clear();
      link.client_peer =
          link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now).peer;
      link.client.events.clear();
      link.exchange();
      const Side::Event* wanted = link.server.last(EventKind::kSessionWanted);
      CHECK(wanted != nullptr);
      if (wanted == nullptr) continue;
      CHECK_EQUAL(wanted->payload.size(), 32U);
      CHECK(link.advance());  // the client sends again, which changes nothing
      CHECK_EQUAL(link.server.count(EventKind::kSessionWanted), 1U);
      CHECK(link.server.engine.answer_session(wanted->peer, core::bytes_of(kept)) == core::Status::kOk);
      CHECK(link.server.engine.answer_session(wanted->peer, {}) == core::Status::kNotConnected);
      CHECK(link.handshake());
    } else {
      CHECK(link.shake_hands(std::move(parameters)));
    }
    CHECK(link.resumed());
  }
}

TEST("a lookup that is never answered ends with the handshake's patience") {
  const Credentials credentials;
  core::ContextOptions server_options = options_of(Role::kServer);
  core::ContextOptions client_options = options_of(Role::kClient);
  server_options.sessions = client_options.sessions = server_options.external_sessions = true;
  CertificateLink link(make(server_options, credentials.of(Role::kServer)),
                       make(client_options, credentials.of(Role::kClient)));
  CHECK(link.shake_hands());
  core::ClientParameters parameters = named("server.example");
  parameters.session = link.session();
  link.hang_up();
  CHECK(!link.shake_hands(std::move(parameters)));
  CHECK_EQUAL(link.server.counters.peers, 0U);
}

TEST("an engine takes clients from set_server() on and no longer, and forget() says nothing") {
  const Credentials credentials;
  const auto server = make(options_of(Role::kServer), credentials.of(Role::kServer));
  CertificateLink link(nullptr, make(options_of(Role::kClient), credentials.of(Role::kClient)));
  CHECK(!link.shake_hands());
  link.server.engine.set_server(server);
  CHECK(link.shake_hands());
  const size_t sent = link.to_client.size();
  CHECK(link.server.engine.forget(link.server_peer()) == core::Status::kOk);
  link.exchange();
  CHECK_EQUAL(link.to_client.size(), sent);
}

TEST("DANE that is enforced with no usable record sends nothing") {
  const Credentials credentials;
  core::ContextOptions options = options_of(Role::kClient);
  options.dane = true;
  Link link;
  core::ClientParameters parameters = named("server.example");
  parameters.tlsa = {{9, 9, 9, {1, 2, 3}}};
  const auto result = link.client.engine.connect(link.server_address, make(options, credentials.of(Role::kClient)),
                                                 std::move(parameters), link.now);
  CHECK(result.status == core::Status::kDaneUnusable);
  CHECK(link.client.outbox.empty());
}
