#include "certificate_link.h"

using core::EventKind;
using core::Role;

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
      CertificateLink link(make_certified(server_options, credentials.of(Role::kServer)),
                           make_certified(client_options, credentials.of(Role::kClient)));
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
  const auto server = make_certified(server_options, credentials.of(Role::kServer));
  const auto client = make_certified(client_options, credentials.of(Role::kClient));
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
  const auto client = make_certified(options_of(Role::kClient), trust_only);

  CertificateLink strict(make_certified(options_of(Role::kServer), credentials.of(Role::kServer)), client);
  CHECK(!strict.shake_hands());
  CHECK_EQUAL(strict.client.last(EventKind::kClosed)->a, static_cast<int>(core::Cause::kAlertReceived));

  core::ContextOptions lenient = options_of(Role::kServer);
  lenient.verify = core::Verify::kRequest;
  CertificateLink open(make_certified(lenient, credentials.of(Role::kServer)), client);
  CHECK(open.shake_hands());
}

TEST("a server that is not to be trusted is refused with the verification error") {
  const Credentials credentials;
  for (const auto& [authority, reason] : {std::pair("another root", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
                                          std::pair("root", X509_V_ERR_CERT_SIGNATURE_FAILURE)}) {
    const Credentials others(pki::KeyType::kEcP256, authority);
    CertificateLink link(make_certified(options_of(Role::kServer), others.of(Role::kServer)),
                         make_certified(options_of(Role::kClient), credentials.of(Role::kClient)));
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
    CertificateLink link(make_certified(server_options, credentials.of(Role::kServer)),
                         make_certified(client_options, credentials.of(Role::kClient)));
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
  CertificateLink link(make_certified(server_options, credentials.of(Role::kServer)),
                       make_certified(client_options, credentials.of(Role::kClient)));
  CHECK(link.shake_hands());
  core::ClientParameters parameters = named("server.example");
  parameters.session = link.session();
  link.hang_up();
  CHECK(!link.shake_hands(std::move(parameters)));
  CHECK_EQUAL(link.server.counters.peers, 0U);
}

TEST("an engine takes clients from set_server() on and no longer, and forget() says nothing") {
  const Credentials credentials;
  const auto server = make_certified(options_of(Role::kServer), credentials.of(Role::kServer));
  CertificateLink link(nullptr, make_certified(options_of(Role::kClient), credentials.of(Role::kClient)));
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
  const auto result = link.client.engine.connect(
      link.server_address, make_certified(options, credentials.of(Role::kClient)), std::move(parameters), link.now);
  CHECK(result.status == core::Status::kDaneUnusable);
  CHECK(link.client.outbox.empty());
}
