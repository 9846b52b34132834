#include "link.h"
#include "pki.h"
#include "stream_pair.h"
#include "test.h"

using core::Role;

TEST("a client with a pre-shared key beside the server's RSA certificate is let in by both") {
  const pki::Identity identity = pki::make({.name = "server", .key_type = pki::KeyType::kRsa2048});
  const std::string pem = pki::pem(identity) + pki::key_pem(identity.key.get());
  core::CredentialSources sources;
  sources.certificates = {core::bytes_of(pem)};
  sources.private_key = core::bytes_of(pem);
  core::ContextOptions options = stream_options(Role::kServer);
  options.max_version = TLS1_2_VERSION;
  options.cipher_suites = {0x00ac};  // TLS_RSA_PSK_WITH_AES_128_GCM_SHA256
  auto table = std::make_shared<core::PskTable>();
  table->set("client1", core::bytes_of("0123456789abcdef"));
  options.psk = table;
  core::ContextOptions client = stream_options(Role::kClient);
  client.cipher_suites = options.cipher_suites;
  client.max_version = TLS1_2_VERSION;
  client.verify = core::Verify::kNone;
  StreamPair pair(must_create(client), must_create(options, sources), psk_parameters("client1", "0123456789abcdef"));
  pair.exchange();
  CHECK(pair.established());
  CHECK(pair.server->psk_identity() == "client1");
}
