// Streams against peers, and men in the middle, that misbehave.

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
constexpr uint8_t kUserCanceled[] = {21, 3, 3, 0, 2, 1, 90};

core::ContextOptions psk_options(int version) {
  core::ContextOptions options = stream_options(Role::kServer);
  options.min_version = options.max_version = version;
  auto table = std::make_shared<core::PskTable>();
  table->set(kIdentity, core::bytes_of(kKey));
  options.psk = table;
  return options;
}

core::ContextOptions outside_options() {
  core::ContextOptions options = psk_options(TLS1_2_VERSION);
  options.external_sessions = true;
  options.tickets = false;
  return options;
}

StreamPair pair_of(const std::shared_ptr<core::Context>& server, std::vector<uint8_t> session = {}) {
  core::ClientParameters parameters = psk_parameters(kIdentity, kKey);
  parameters.session.assign(session.begin(), session.end());
  return StreamPair(must_create(stream_options(Role::kClient)), server, std::move(parameters));
}

}  // namespace

TEST("a forged goodbye in the handshake does not make a clean end of what breaks the stream later") {
  StreamPair pair = pair_of(must_create(psk_options(TLS1_2_VERSION)));
  pair.client->receive(kUserCanceled);
  pair.exchange();
  CHECK(pair.established());
  std::vector<uint8_t> garbage = {23, 3, 3, 0, 48};
  garbage.resize(5 + 48);
  const uint32_t flags = pair.client->receive(garbage);
  CHECK((flags & Stream::kEnded) == 0);
  CHECK((flags & Stream::kFailed) != 0);
}

TEST("bytes that came while a session was looked up are read once") {
  const auto server = must_create(outside_options());
  StreamPair first = pair_of(server);
  first.exchange();
  StreamPair second = pair_of(server, first.client->take_session());
  std::vector<uint8_t> bytes = second.client->take_output();
  for (int i = 0; i < 3; ++i) bytes.insert(bytes.end(), std::begin(kUserCanceled), std::end(kUserCanceled));
  CHECK((second.server->receive(bytes) & Stream::kSessionWanted) != 0);
  second.exchange();
  CHECK(second.established());
}

TEST("a stream that has failed keeps its reason, however much came with what broke it") {
  StreamPair pair = pair_of(must_create(psk_options(TLS1_2_VERSION)));
  const std::vector<uint8_t> flood(100'000, 'x');
  CHECK((pair.server->receive(flood) & Stream::kFailed) != 0);
  CHECK(pair.server->failure().cause == core::Cause::kLibrary);

  StreamPair ended = pair_of(must_create(psk_options(TLS1_2_VERSION)));
  ended.exchange();
  ended.client->shutdown();
  std::vector<uint8_t> goodbye = ended.client->take_output();
  goodbye.resize(100'000);
  const uint32_t flags = ended.server->receive(goodbye);
  CHECK((flags & Stream::kEnded) != 0);
  CHECK((flags & Stream::kFailed) == 0);
}

TEST("a client of TLS 1.3 has no session that could be looked up, whatever bounds the versions") {
  core::ContextOptions options = psk_options(0);
  options.external_sessions = true;
  StreamPair pair = pair_of(must_create(options));
  pair.exchange();
  CHECK(pair.established());
  CHECK_EQUAL(pair.server->version(), TLS1_3_VERSION);
  CHECK((pair.server_flags & Stream::kSessionWanted) == 0);
}

TEST("a requested certificate goes through, whatever its verification has left in the error queue") {
  const pki::Identity root = pki::make({.name = "root", .authority = true});
  pki::Identity tampered = pki::make({.name = "client"}, &root);
  // Issued by name and key id, signed by somebody else.
  const core::EvpPkeyPtr other = pki::make_key(pki::KeyType::kEcP256);
  X509_sign(tampered.certificate.get(), other.get(), EVP_sha256());
  const std::string anchor = pki::pem(root);
  const std::string client_pem = pki::pem(tampered) + pki::key_pem(tampered.key.get());
  const pki::Identity own = pki::make({.name = "server"});
  const std::string server_pem = pki::pem(own) + pki::key_pem(own.key.get());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const size_t chunk : {size_t{1}, size_t{1} << 20}) {
      core::CredentialSources server_sources;
      server_sources.certificates = {core::bytes_of(server_pem)};
      server_sources.private_key = core::bytes_of(server_pem);
      server_sources.trust_anchors = {core::bytes_of(anchor)};
      core::ContextOptions server_options = stream_options(Role::kServer);
      server_options.min_version = server_options.max_version = version;
      server_options.verify = core::Verify::kRequest;
      core::CredentialSources client_sources;
      client_sources.certificates = {core::bytes_of(client_pem)};
      client_sources.private_key = core::bytes_of(client_pem);
      core::ContextOptions client_options = stream_options(Role::kClient);
      client_options.verify = core::Verify::kNone;
      StreamPair pair(must_create(client_options, client_sources), must_create(server_options, server_sources), {});
      pair.exchange(chunk);
      CHECK(pair.established());
      CHECK(!pair.server->failed());
      CHECK_EQUAL(pair.server->verify_result(), X509_V_ERR_CERT_SIGNATURE_FAILURE);
    }
  }
}
