#include "../stream.h"

#include <cerrno>

#include "link.h"
#include "pki.h"
#include "stream_pair.h"
#include "test.h"

using core::Role;
using core::Stream;

namespace {

constexpr char kIdentity[] = "client1";
constexpr char kKey[] = "0123456789abcdef";

std::shared_ptr<core::PskTable> one_identity() {
  auto table = std::make_shared<core::PskTable>();
  table->set(kIdentity, core::bytes_of(kKey));
  return table;
}

/// Two contexts with a pre-shared key, of exactly one version.
struct PskContexts {
  explicit PskContexts(int version, bool tickets = true) {
    core::ContextOptions server_options = stream_options(Role::kServer);
    core::ContextOptions client_options = stream_options(Role::kClient);
    for (core::ContextOptions* options : {&server_options, &client_options}) {
      options->min_version = options->max_version = version;
      options->tickets = tickets;
    }
    server_options.psk = psk;
    server = must_create(server_options);
    client = must_create(client_options);
  }
  StreamPair pair(std::vector<uint8_t> session = {}) const {
    core::ClientParameters parameters = psk_parameters(kIdentity, kKey);
    parameters.session = std::move(session);
    return StreamPair(client, server, std::move(parameters));
  }

  std::shared_ptr<core::PskTable> psk = one_identity();
  std::shared_ptr<core::Context> server;
  std::shared_ptr<core::Context> client;
};

}  // namespace

TEST("a TLS stream with a pre-shared key carries bytes both ways, cut into single bytes or not") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const size_t chunk : {size_t{1}, size_t{1} << 20}) {
      StreamPair pair = PskContexts(version).pair();
      pair.exchange(chunk);
      CHECK(pair.established());
      CHECK(pair.server->psk_identity() == kIdentity);
      CHECK_EQUAL(pair.server->version(), version);
      CHECK(pair.carries("hello"));
      CHECK(pair.carries(std::string(100'000, 'x')));
    }
  }
}

TEST("close_notify ends a stream in one direction only") {
  StreamPair pair = PskContexts(TLS1_3_VERSION).pair();
  pair.exchange();
  pair.client->shutdown();
  pair.client->shutdown();
  pair.exchange();
  CHECK((pair.server_flags & Stream::kEnded) != 0);
  CHECK((pair.client_flags & Stream::kEnded) == 0);
  CHECK(pair.client->write(core::bytes_of("late")) == core::Status::kNotConnected);
  CHECK(pair.server->write(core::bytes_of("still")) == core::Status::kOk);
  pair.exchange();
  CHECK(pair.client->take_plaintext().size() == 5);
}

TEST("a stream that ends or gets garbage in its handshake fails, and takes nothing more") {
  const PskContexts contexts(TLS1_2_VERSION);
  StreamPair ended = contexts.pair();
  CHECK((ended.client->end() & Stream::kFailed) != 0);
  CHECK(ended.client->failure().cause == core::Cause::kTransport);
  CHECK_EQUAL(ended.client->failure().code, ECONNRESET);

  StreamPair garbled = contexts.pair();
  CHECK((garbled.server->receive(core::bytes_of("GET / HTTP/1.1\r\n\r\n")) & Stream::kFailed) != 0);
  CHECK(garbled.server->failure().cause == core::Cause::kLibrary);
  CHECK((garbled.server->receive(core::bytes_of("more")) & Stream::kFailed) != 0);
}

TEST("a session is resumed by ticket and by id, and a pre-shared key of TLS 1.3 alone is no resumption") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool tickets : {true, false}) {
      const PskContexts contexts(version, tickets);
      StreamPair first = contexts.pair();
      first.exchange();
      CHECK(first.established());
      CHECK(!first.client->resumed());
      CHECK(!first.server->resumed());

      const std::vector<uint8_t> session = first.client->take_session();
      CHECK(!session.empty());
      first.client.reset();
      first.server.reset();
      StreamPair second = contexts.pair(session);
      second.exchange();
      CHECK(second.established());
      CHECK(second.client->resumed());
      CHECK(second.server->resumed());
      // Stateful sessions of TLS 1.3 are sealed like tickets, so the identity is there in each case.
      CHECK(second.server->psk_identity() == kIdentity);
      CHECK(second.carries("again"));
    }
  }
}

TEST("a session of an identity that was removed is not resumed") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool tickets : {true, false}) {
      const PskContexts contexts(version, tickets);
      StreamPair first = contexts.pair();
      first.exchange();
      const std::vector<uint8_t> session = first.client->take_session();
      first.client.reset();
      first.server.reset();
      contexts.psk->remove(kIdentity);
      StreamPair second = contexts.pair(session);
      second.exchange();
      CHECK((second.server_flags & Stream::kEstablished) == 0);
      CHECK(second.server->failed());
    }
  }
}

TEST("a server that keeps its sessions outside asks for them, and goes on without") {
  core::ContextOptions options = stream_options(Role::kServer);
  options.max_version = TLS1_2_VERSION;
  options.external_sessions = true;
  options.tickets = false;
  options.psk = one_identity();
  const auto server = must_create(options);
  const auto client = must_create(stream_options(Role::kClient));

  StreamPair first(client, server, psk_parameters(kIdentity, kKey));
  first.exchange();
  const std::vector<uint8_t> kept = first.server->take_session();
  CHECK(kept.size() > 33 && kept[0] == 32);
  const std::vector<uint8_t> session = first.client->take_session();
  for (const bool found : {true, false}) {
    core::ClientParameters parameters = psk_parameters(kIdentity, kKey);
    parameters.session = session;
    StreamPair second(client, server, std::move(parameters));
    second.find_session = [&](const std::vector<uint8_t>& id) {
      CHECK(std::equal(id.begin(), id.end(), kept.begin() + 1, kept.begin() + 33));
      return found ? std::vector<uint8_t>(kept.begin() + 33, kept.end()) : std::vector<uint8_t>();
    };
    second.exchange();
    CHECK(second.established());
    CHECK_EQUAL(second.server->resumed(), found);
    CHECK_EQUAL(second.client->resumed(), found);
  }
}

TEST("what arrives while a session is looked up is bounded") {
  core::ContextOptions options = stream_options(Role::kServer);
  options.max_version = TLS1_2_VERSION;
  options.external_sessions = true;
  options.tickets = false;
  options.psk = one_identity();
  const auto server = must_create(options);
  const auto client = must_create(stream_options(Role::kClient));
  StreamPair first(client, server, psk_parameters(kIdentity, kKey));
  first.exchange();
  core::ClientParameters parameters = psk_parameters(kIdentity, kKey);
  parameters.session = first.client->take_session();
  StreamPair second(client, server, std::move(parameters));
  second.find_session = nullptr;
  second.exchange();
  CHECK(second.server->wanted_session() != nullptr);
  const std::vector<uint8_t> flood(16384);
  for (int i = 0; i < 10 && !second.server->failed(); ++i) second.server->receive(flood);
  CHECK(second.server->failed());
}

TEST("certificates are checked on both sides, and the peer's chain can be told") {
  const pki::Chain chain;
  const std::string own = pki::pem(chain.leaf) + pki::pem(chain.intermediate);
  const std::string key = pki::key_pem(chain.leaf.key.get());
  const std::string root = pki::pem(chain.root);
  core::CredentialSources sources;
  sources.certificates = {core::bytes_of(own)};
  sources.private_key = core::bytes_of(key);
  sources.trust_anchors = {core::bytes_of(root)};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    core::ContextOptions server_options = stream_options(Role::kServer);
    server_options.max_version = version;
    server_options.verify = core::Verify::kRequire;
    const auto server = must_create(server_options, sources);
    const auto client = must_create(stream_options(Role::kClient), sources);
    core::ClientParameters parameters;
    parameters.server_name = parameters.verify_name = "localhost";
    StreamPair pair(client, server, std::move(parameters));
    pair.exchange();
    CHECK(pair.established());
    CHECK(pair.server->server_name() == "localhost");
    CHECK_EQUAL(pair.server->peer_certificates().size(), 2U);
    CHECK_EQUAL(pair.client->peer_certificates().size(), 2U);
    CHECK(pair.client->peer_certificates()[0] == pki::der(chain.leaf));
    CHECK_EQUAL(pair.server->verify_result(), X509_V_OK);

    core::ClientParameters wrong;
    wrong.verify_name = "elsewhere.example";
    StreamPair refused(client, server, std::move(wrong));
    refused.exchange();
    CHECK(refused.client->failed());
    CHECK(refused.client->failure().cause == core::Cause::kVerify);
    CHECK_EQUAL(refused.client->failure().code, X509_V_ERR_HOSTNAME_MISMATCH);
    CHECK(refused.server->failure().cause == core::Cause::kAlertReceived);
  }
}

TEST("a server shows the certificate of the name that the client asks for") {
  const pki::Identity root = pki::make({.name = "root", .authority = true});
  const auto server_for = [&root](const std::string& name) {
    const pki::Identity identity = pki::make({.name = name, .alternative_names = "DNS:" + name}, &root);
    const std::string certificate = pki::pem(identity);
    const std::string key = pki::key_pem(identity.key.get());
    core::CredentialSources sources;
    sources.certificates = {core::bytes_of(certificate)};
    sources.private_key = core::bytes_of(key);
    return must_create(stream_options(Role::kServer), sources);
  };
  const auto base = server_for("a.example");
  base->add_server_name("b.example", server_for("b.example"));
  base->add_server_name("*.c.example", server_for("x.c.example"));
  const std::string anchor = pki::pem(root);
  core::CredentialSources trust;
  trust.trust_anchors = {core::bytes_of(anchor)};
  const auto client = must_create(stream_options(Role::kClient), trust);
  for (const std::string name : {"a.example", "b.example", "x.c.example"}) {
    core::ClientParameters parameters;
    parameters.server_name = parameters.verify_name = name;
    StreamPair pair(client, base, std::move(parameters));
    pair.exchange();
    CHECK(pair.established());
  }
}
