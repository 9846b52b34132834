// A server that asks whether a client may go on, and with whose credentials.

#include "certificate_link.h"

using core::EventKind;
using core::HelloVerdict;
using core::Role;
using core::Status;

namespace {

core::PeerId reach_question(Link& link) {
  link.connect();
  link.exchange();
  const Side::Event* wanted = link.server.last(EventKind::kHelloWanted);
  CHECK(wanted != nullptr);
  return wanted == nullptr ? 0 : wanted->peer;
}

void check_refused(const Link& link, core::Rejection rejection, int alert) {
  CHECK_EQUAL(link.server.count(EventKind::kClientError), 1U);
  const Side::Event* error = link.server.last(EventKind::kClientError);
  CHECK_EQUAL(error->a, static_cast<int32_t>(core::Cause::kRejected));
  CHECK_EQUAL(error->b, static_cast<int32_t>(rejection));
  CHECK_EQUAL(link.client.last(EventKind::kClosed)->b, SSL3_AL_FATAL << 8 | alert);
  CHECK_EQUAL(link.server.counters.peers, 0U);
  CHECK_EQUAL(link.server.counters.handshakes_rejected, 1U);
}

LinkOptions admitting() {
  LinkOptions options;
  options.asks_admission = true;
  return options;
}

}  // namespace

TEST("a client that is admitted goes on") {
  Link link(admitting());
  const core::PeerId peer = reach_question(link);
  const Side::Event* wanted = link.server.last(EventKind::kHelloWanted);
  CHECK(wanted->payload == std::string("\x09") + "127.0.0.2" + std::string(1, '\0'));
  CHECK_EQUAL(wanted->a, 40000);
  CHECK_EQUAL(wanted->b, 0);
  CHECK(link.server.engine.answer_hello(peer, HelloVerdict::kAdmitted, nullptr) == Status::kOk);
  CHECK(link.server.engine.answer_hello(peer, HelloVerdict::kDenied, nullptr) == Status::kNotConnected);
  CHECK(link.handshake());
  CHECK_EQUAL(link.server.counters.questions_asked, 1U);
}

TEST("a client that is denied is told so") {
  Link link(admitting());
  link.server.engine.answer_hello(reach_question(link), HelloVerdict::kDenied, nullptr);
  link.advance();
  check_refused(link, core::Rejection::kDenied, SSL_AD_ACCESS_DENIED);
}

TEST("a question about a hello that fails, or is never answered, ends the handshake") {
  Link failing(admitting());
  failing.server.engine.answer_hello(reach_question(failing), HelloVerdict::kFailed, nullptr);
  failing.advance();
  check_refused(failing, core::Rejection::kNoAnswer, SSL_AD_INTERNAL_ERROR);

  Link silent(admitting());
  reach_question(silent);
  const core::Micros asked_at = silent.now;
  while (silent.server.count(EventKind::kClientError) == 0 && silent.advance()) {
  }
  CHECK(silent.now >= asked_at + 123'000'000);
  CHECK_EQUAL(silent.server.last(EventKind::kClientError)->b, static_cast<int32_t>(core::Rejection::kNoAnswer));
}

TEST("a client that begins again while it is asked about ends the first question") {
  Link link(admitting());
  const core::PeerId peer = reach_question(link);
  link.client.engine.forget(link.client_peer);
  CHECK(reach_question(link) != peer);
  CHECK_EQUAL(link.server.last(EventKind::kQuestionOver)->peer, peer);
}

TEST("admission, then a session, then a key are asked for one after the other") {
  core::ContextOptions options;
  options.role = Role::kServer;
  options.cipher_suites = {0xc0a8};
  options.psk = std::make_shared<core::PskTable>();
  options.asks_psk = options.asks_admission = true;
  options.sessions = options.external_sessions = true;
  core::ContextOptions theirs = options_of(Role::kClient, 0xc0a8);
  theirs.sessions = true;
  CertificateLink link(make_certified(options, {}), make_certified(theirs, {}));
  std::vector<EventKind> asked;
  const auto answer_all = [&] {
    for (const Side::Event& event : std::exchange(link.server.events, {})) {
      core::Engine& engine = link.server.engine;
      if (event.kind == EventKind::kHelloWanted) engine.answer_hello(event.peer, HelloVerdict::kAdmitted, nullptr);
      if (event.kind == EventKind::kSessionWanted) engine.answer_session(event.peer, {});
      if (event.kind == EventKind::kPskWanted) engine.answer_psk(event.peer, core::bytes_of("key"), false);
      if (event.kind != EventKind::kSession && event.kind != EventKind::kConnected) asked.push_back(event.kind);
    }
  };
  const auto shake_hands = [&](std::vector<uint8_t> session) {
    link.client.events.clear();
    asked.clear();
    core::ClientParameters parameters = psk_parameters("device", "key");
    parameters.session = std::move(session);
    link.client_peer =
        link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now).peer;
    link.exchange();
    for (int i = 0; i < 5 && link.client.count(EventKind::kConnected) == 0; ++i) {
      answer_all();
      link.advance();
    }
    CHECK_EQUAL(link.client.count(EventKind::kConnected), 1U);
  };
  shake_hands({});
  CHECK((asked == std::vector{EventKind::kHelloWanted, EventKind::kPskWanted}));
  const std::vector<uint8_t> session = link.session();
  CHECK(!session.empty());
  link.hang_up();
  link.server.events.clear();
  shake_hands(session);
  CHECK((asked == std::vector{EventKind::kHelloWanted, EventKind::kSessionWanted, EventKind::kPskWanted}));
}

TEST("a session of an identity that was asked for is resumed without a question") {
  LinkOptions options;
  core::ContextOptions server;
  server.role = Role::kServer;
  server.cipher_suites = options.suites;
  server.psk = std::make_shared<core::PskTable>();
  server.asks_psk = server.sessions = true;
  server.session_cache_size = 10;
  for (const bool tickets : {true, false}) {
    server.tickets = tickets;
    core::ContextOptions client = options_of(Role::kClient, options.suites[0]);
    client.sessions = true;
    client.tickets = tickets;
    CertificateLink link(make_certified(server, {}), make_certified(client, {}));
    core::PeerId peer =
        link.client.engine.connect(link.server_address, link.client_context, psk_parameters("device", "key"), link.now)
            .peer;
    link.exchange();
    link.server.engine.answer_psk(link.server.last(EventKind::kPskWanted)->peer, core::bytes_of("key"), false);
    link.advance();
    const std::vector<uint8_t> session = link.session();
    CHECK(!session.empty());
    link.client.engine.close(peer);
    link.exchange();
    core::ClientParameters parameters = psk_parameters("device", "key");
    parameters.session = session;
    link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now);
    link.exchange();
    CHECK_EQUAL(link.server.counters.handshakes_resumed, 1U);
    CHECK_EQUAL(link.server.counters.questions_asked, 1U);
    CHECK(link.server.last(EventKind::kConnected)->payload.find("device") != std::string::npos);
  }
}

TEST("credentials may be chosen for a name, and are not asked for where they are known") {
  const Credentials own;
  const Credentials other(pki::KeyType::kEcP256, "other root");
  core::ContextOptions options = options_of(Role::kServer);
  options.verify = core::Verify::kNone;
  const auto named_context = make_certified(options, other.of(Role::kServer));
  core::ContextOptions asking = options;
  asking.asks_credentials = true;

  const auto server = make_certified(asking, own.of(Role::kServer));
  const auto trusting_other = make_certified(options_of(Role::kClient), other.of(Role::kClient));
  {
    CertificateLink link(server, trusting_other);
    link.client.engine.connect(link.server_address, link.client_context, named("server.example"), link.now);
    link.exchange();
    const Side::Event* wanted = link.server.last(EventKind::kHelloWanted);
    CHECK(wanted != nullptr && wanted->b == 1);
    CHECK(wanted->payload.ends_with("server.example"));
    CHECK(link.server.engine.answer_hello(wanted->peer, HelloVerdict::kAdmitted, named_context) == Status::kOk);
    link.advance();
    CHECK_EQUAL(link.client.count(EventKind::kConnected), 1U);
    CHECK_EQUAL(link.server.count(EventKind::kConnected), 1U);
  }
  server->add_server_name("server.example", named_context);
  {
    CertificateLink link(server, trusting_other);
    CHECK(link.shake_hands());
    CHECK_EQUAL(link.server.counters.questions_asked, 0U);
  }
}
