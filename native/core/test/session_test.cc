#include "../session.h"

#include <string>
#include <utility>
#include <vector>

#include "handshake.h"
#include "test.h"

using core::SslSessionPtr;

namespace {

const pki::Identity& server_identity() {
  static const pki::Identity made = pki::make({.name = "localhost"});
  return made;
}

constexpr char kFirstCipher[] = "ECDHE-ECDSA-AES128-GCM-SHA256";
constexpr char kSecondCipher[] = "ECDHE-ECDSA-AES256-GCM-SHA384";
constexpr char kBothCiphers[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";

/// A server with certificate and a client that does not verify it.
struct Pair {
  explicit Pair(Wire wire, int version = 0)
      : client(make_client_ctx(wire)), server(make_server_ctx(wire, server_identity())) {
    SSL_CTX_set_verify(client.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_max_proto_version(client.get(), version);
  }

  /// DER of the session of a full handshake.
  std::vector<uint8_t> session() const {
    Handshake handshake(client.get(), server.get());
    CHECK(handshake.run());
    CHECK(!handshake.resumed());
    return handshake.finish();
  }

  bool may_offer(const std::vector<uint8_t>& der) const {
    const SslSessionPtr parsed = core::parse_session(der);
    const core::SslPtr ssl(SSL_new(client.get()));
    CHECK(parsed != nullptr);
    const bool allowed = core::may_offer(ssl.get(), parsed.get());
    CHECK(ERR_peek_error() == 0);
    return allowed;
  }

  /// A handshake that offers the session: whether it was completed, and whether it resumed.
  std::pair<bool, bool> offer(const std::vector<uint8_t>& der) const {
    const SslSessionPtr parsed = core::parse_session(der);
    Handshake handshake(client.get(), server.get());
    SSL_set_session(handshake.client.get(), parsed.get());
    const bool completed = handshake.run();
    return {completed, handshake.resumed()};
  }

  core::SslCtxPtr client;
  core::SslCtxPtr server;
};

constexpr std::pair<bool, bool> kResumed{true, true};
constexpr std::pair<bool, bool> kFull{true, false};

struct Variant {
  Wire wire;
  int version;
};
constexpr Variant kVariants[] = {
    {Wire::kDtls, DTLS1_2_VERSION}, {Wire::kTls, TLS1_2_VERSION}, {Wire::kTls, TLS1_3_VERSION}};

}  // namespace

TEST("a session that went through DER may be offered and is resumed") {
  for (const Variant& variant : kVariants) {
    const Pair pair(variant.wire, variant.version);
    const std::vector<uint8_t> der = pair.session();
    CHECK(!der.empty());
    CHECK(pair.may_offer(der));
    CHECK(pair.offer(der) == kResumed);
  }
}

TEST("zeroes after a session are padding, anything else makes it garbage") {
  std::vector<uint8_t> der = Pair(Wire::kDtls).session();
  der.resize(1024);
  CHECK(core::parse_session(der) != nullptr);
  CHECK(Pair(Wire::kDtls).may_offer(der));
  der.back() = 1;
  CHECK(core::parse_session(der) == nullptr);
}

TEST("garbage is no session") {
  const std::vector<uint8_t> der = Pair(Wire::kDtls).session();
  CHECK(core::parse_session({}) == nullptr);
  CHECK(core::parse_session(std::vector<uint8_t>(1024, 0)) == nullptr);
  CHECK(core::parse_session(std::vector<uint8_t>(1024, 0xff)) == nullptr);
  CHECK(core::parse_session(core::bytes_of("not a session")) == nullptr);
  for (size_t size = 0; size < der.size(); ++size)
    CHECK(core::parse_session(core::ByteView(der).first(size)) == nullptr);
  CHECK(ERR_peek_error() == 0);
}

TEST("a damaged session is refused, or its offer ends in a handshake or a failure but nothing worse") {
  const Pair pair(Wire::kTls, TLS1_2_VERSION);
  const std::vector<uint8_t> der = pair.session();
  const core::SslPtr ssl(SSL_new(pair.client.get()));
  for (size_t i = 0; i < der.size(); ++i) {
    for (const uint8_t flip : {0x01, 0x80, 0xff}) {
      std::vector<uint8_t> damaged = der;
      damaged[i] ^= flip;
      const SslSessionPtr session = core::parse_session(damaged);
      if (!session || !core::may_offer(ssl.get(), session.get()) || i % 16 != 0) continue;
      pair.offer(damaged);
    }
  }
}

TEST(
    "a session whose cipher suite is not offered any more is not offered either, as the server would end the "
    "handshake") {
  for (const Variant& variant : kVariants) {
    if (variant.version == TLS1_3_VERSION) continue;
    const Pair pair(variant.wire, variant.version);
    SSL_CTX_set_cipher_list(pair.client.get(), kFirstCipher);
    const std::vector<uint8_t> der = pair.session();
    SSL_CTX_set_cipher_list(pair.client.get(), kBothCiphers);
    CHECK(pair.may_offer(der));
    SSL_CTX_set_cipher_list(pair.client.get(), kSecondCipher);
    CHECK(!pair.may_offer(der));
    CHECK(!pair.offer(der).first);
  }
}

TEST("a cipher suite that the security level forbids is not offered") {
  const Pair pair(Wire::kDtls);
  SSL_CTX_set_cipher_list(pair.client.get(), kFirstCipher);
  const std::vector<uint8_t> der = pair.session();
  SSL_CTX_set_security_level(pair.client.get(), 4);  // 192 bits
  CHECK(!pair.may_offer(der));
}

TEST("a session from the other side of a handshake is not offered, as the client would end its own") {
  for (const Variant& variant : kVariants) {
    const Pair pair(variant.wire, variant.version);
    const SslSessionPtr session = core::parse_session(pair.session());
    const unsigned char scope[] = {1};
    SSL_SESSION_set1_id_context(session.get(), scope, sizeof scope);
    const std::vector<uint8_t> der = core::serialize_session(session.get());
    CHECK(!pair.may_offer(der));
    CHECK(!pair.offer(der).first);
  }
}

TEST("a session of TLS 1.3 goes with every suite of its hash") {
  const Pair pair(Wire::kTls, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(pair.client.get(), "TLS_AES_128_GCM_SHA256");
  const std::vector<uint8_t> der = pair.session();
  SSL_CTX_set_ciphersuites(pair.client.get(), "TLS_CHACHA20_POLY1305_SHA256");
  CHECK(pair.may_offer(der));
  CHECK(pair.offer(der) == kResumed);
  SSL_CTX_set_ciphersuites(pair.client.get(), "TLS_AES_256_GCM_SHA384");
  CHECK(!pair.may_offer(der));  // though suites of TLS 1.2 with that hash are on offer
}

TEST("a session of another protocol or version is not offered") {
  const std::vector<uint8_t> dtls = Pair(Wire::kDtls).session();
  const std::vector<uint8_t> tls12 = Pair(Wire::kTls, TLS1_2_VERSION).session();
  const std::vector<uint8_t> tls13 = Pair(Wire::kTls, TLS1_3_VERSION).session();
  const Pair over_dtls(Wire::kDtls);
  const Pair over_tls(Wire::kTls);
  CHECK(over_dtls.may_offer(dtls));
  CHECK(!over_dtls.may_offer(tls12));
  CHECK(!over_dtls.may_offer(tls13));
  CHECK(!over_tls.may_offer(dtls));
  CHECK(over_tls.may_offer(tls12));
  CHECK(over_tls.may_offer(tls13));
  CHECK(!Pair(Wire::kTls, TLS1_2_VERSION).may_offer(tls13));
  const Pair newest(Wire::kTls);
  SSL_CTX_set_min_proto_version(newest.client.get(), TLS1_3_VERSION);
  CHECK(!newest.may_offer(tls12));
  CHECK(newest.may_offer(tls13));
  const Pair older(Wire::kDtls, DTLS1_VERSION);
  CHECK(!older.may_offer(dtls));
}

TEST("a session may be offered until the time of its ticket is over") {
  const Pair pair(Wire::kDtls);
  const SslSessionPtr session = core::parse_session(pair.session());
  const core::SslPtr ssl(SSL_new(pair.client.get()));
  const auto with_age = [&](long age, long timeout) {
    SSL_SESSION_set_timeout(session.get(), timeout);
    SSL_SESSION_set_time(session.get(), SSL_SESSION_get_time(SslSessionPtr(SSL_SESSION_new()).get()) - age);
    return core::may_offer(ssl.get(), session.get());
  };
  const auto hint = static_cast<long>(SSL_SESSION_get_ticket_lifetime_hint(session.get()));
  CHECK(hint > 0);
  CHECK(with_age(0, 300));
  CHECK(with_age(290, 300));
  CHECK(with_age(310, 300));  // its server may know it for longer
  CHECK(with_age(hint - 10, 1'000'000));
  CHECK(!with_age(hint + 10, 1'000'000));
  CHECK(with_age(-1000, 300));  // a clock that was set back
}

TEST("a session without id and ticket, or without keys, is not offered") {
  const Pair pair(Wire::kTls, TLS1_2_VERSION);
  const core::SslPtr ssl(SSL_new(pair.client.get()));
  const SslSessionPtr empty(SSL_SESSION_new());
  CHECK(!core::may_offer(ssl.get(), empty.get()));
  const SslSessionPtr session = core::parse_session(pair.session());
  CHECK(core::may_offer(ssl.get(), session.get()));
  const unsigned char short_key[16] = {};
  SSL_SESSION_set1_master_key(session.get(), short_key, sizeof short_key);
  CHECK(!core::may_offer(ssl.get(), session.get()));
}

TEST("a server that lost its ticket keys makes a full handshake of an offer") {
  for (const Variant& variant : kVariants) {
    const std::vector<uint8_t> der = Pair(variant.wire, variant.version).session();
    const Pair other(variant.wire, variant.version);
    CHECK(other.may_offer(der));
    CHECK(other.offer(der) == kFull);
  }
}
