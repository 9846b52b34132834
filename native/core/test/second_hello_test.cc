// TLS 1.3: what a client may say in its first hello, to take it back in the second one.

#include "pki.h"
#include "raw_client.h"
#include "stream_pair.h"
#include "test.h"

using core::Role;
using core::Stream;

namespace {

constexpr char kRetriedGroups[] = "P-521:P-256";  // the key share is for the first, which no server of ours takes

/// Servers of one certificate.
struct Servers {
  std::shared_ptr<core::Context> make(core::ContextOptions options) const {
    options.min_version = TLS1_3_VERSION;
    options.cipher_suites = {0x1302};
    core::CredentialSources sources;
    sources.certificates = {core::bytes_of(certificate)};
    sources.private_key = core::bytes_of(key);
    return must_create(std::move(options), sources);
  }
  const pki::Identity identity = pki::make({.name = "server"});
  const std::string certificate = pki::pem(identity);
  const std::string key = pki::key_pem(identity.key.get());
};

int offer_alice(SSL* ssl, const EVP_MD* digest_after_retry, const unsigned char** id, size_t* size,
                SSL_SESSION** session) {
  *session = nullptr;
  if (digest_after_retry != nullptr) return 1;
  static constexpr unsigned char kAlice[] = {'a', 'l', 'i', 'c', 'e'};
  const std::vector<uint8_t> guess(32, 7);
  *session = SSL_SESSION_new();
  SSL_SESSION_set1_master_key(*session, guess.data(), guess.size());
  const unsigned char sha256_suite[] = {0x13, 0x01};
  SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, sha256_suite));
  SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
  *id = kAlice;
  *size = sizeof kAlice;
  return 1;
}

}  // namespace

TEST("an identity that a client only mentions is not the one that its session stands for") {
  core::ContextOptions options = stream_options(Role::kServer);
  options.tickets = false;
  auto table = std::make_shared<core::PskTable>();
  table->set("alice", core::bytes_of("a key that the attacker does not know"));
  options.psk = table;
  const auto context = Servers().make(options);

  RawClient anonymous;
  const auto first = Stream::accept(context);
  anonymous.talk_to(*first);
  const core::SslSessionPtr session = anonymous.take_session();
  CHECK(session != nullptr);
  CHECK(first->psk_identity().empty());

  RawClient liar(kRetriedGroups);
  SSL_set_psk_use_session_callback(liar.ssl.get(), offer_alice);
  liar.on_server_hello = [&] {
    SSL_set_session(liar.ssl.get(), session.get());
    liar.on_server_hello = [] {};
  };
  const auto second = Stream::accept(context);
  liar.talk_to(*second);
  CHECK((liar.server_flags & Stream::kEstablished) != 0);
  CHECK(second->resumed());
  CHECK(second->psk_identity().empty());
}

TEST("a client is held to what the name in its last hello asks for") {
  core::ContextOptions strict = stream_options(Role::kServer);
  strict.verify = core::Verify::kRequire;
  const Servers servers;
  const auto base = servers.make(strict);
  base->add_server_name("lax.example", servers.make(stream_options(Role::kServer)));

  RawClient client(kRetriedGroups);
  SSL_set_tlsext_host_name(client.ssl.get(), "lax.example");
  client.on_server_hello = [&] { SSL_set_tlsext_host_name(client.ssl.get(), "strict.example"); };
  const auto server = Stream::accept(base);
  client.talk_to(*server);
  CHECK(server->server_name() == "strict.example");
  CHECK((client.server_flags & Stream::kEstablished) == 0);
  CHECK(server->failed());
}
