#include "../verify_name.h"

#include <string>

#include "handshake.h"
#include "test.h"

namespace {

/// The X509 verify error of a handshake with a server for `names`, when the client expects `expected`.
long result_of(const std::string& names, const std::string& expected) {
  const pki::Identity server = pki::make({.name = "common.example", .alternative_names = names});
  const core::SslCtxPtr client_ctx = make_client_ctx(Wire::kTls);
  const core::SslCtxPtr server_ctx = make_server_ctx(Wire::kTls, server);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(client_ctx.get()), server.certificate.get());
  Handshake handshake(client_ctx.get(), server_ctx.get());
  // What an earlier setting leaves must not count.
  CHECK(core::set_verify_name(handshake.client.get(), "stale.example"));
  CHECK(core::set_verify_name(handshake.client.get(), "192.0.2.99"));
  CHECK(core::set_verify_name(handshake.client.get(), expected));
  CHECK_EQUAL(handshake.run(), handshake.verify_result() == X509_V_OK);
  return handshake.verify_result();
}

}  // namespace

TEST("IP literals are told from DNS names") {
  for (const char* literal :
       {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0"}) {
    CHECK(core::is_ip_literal(literal));
  }
  for (const char* name : {"", "localhost", "192.0.2", "192.0.2.1.example.com", "192.0.2.1x", "256.0.0.1", "1.2.3.4.",
                           " 1.2.3.4", "1..2.3", "a:b", "2001:db8::1::2", "example.com:80", "192.0.2.1%eth0"}) {
    CHECK(!core::is_ip_literal(name));
  }
  CHECK(ERR_peek_error() == 0);
}

TEST("a DNS name is looked for among DNS names") {
  CHECK_EQUAL(result_of("DNS:a.example,DNS:*.b.example", "a.example"), X509_V_OK);
  CHECK_EQUAL(result_of("DNS:a.example,DNS:*.b.example", "x.b.example"), X509_V_OK);
  CHECK_EQUAL(result_of("DNS:a.example", "b.example"), X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK_EQUAL(result_of("IP:192.0.2.1", "192.0.2.1.example"), X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK_EQUAL(result_of("", "common.example"), X509_V_OK);
}

TEST("an IP literal is looked for among IP addresses, without its zone") {
  CHECK_EQUAL(result_of("IP:192.0.2.1", "192.0.2.1"), X509_V_OK);
  CHECK_EQUAL(result_of("IP:fe80::1", "fe80::1%eth0"), X509_V_OK);
  CHECK_EQUAL(result_of("IP:192.0.2.1", "192.0.2.2"), X509_V_ERR_IP_ADDRESS_MISMATCH);
  CHECK_EQUAL(result_of("DNS:192.0.2.1", "192.0.2.1"), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST("no name at all is not checked, and one with a NUL is refused") {
  CHECK_EQUAL(result_of("DNS:a.example", ""), X509_V_OK);
  const core::SslCtxPtr ctx = make_client_ctx(Wire::kTls);
  const core::SslPtr ssl(SSL_new(ctx.get()));
  CHECK(!core::set_verify_name(ssl.get(), std::string("a.example\0", 10)));
}
