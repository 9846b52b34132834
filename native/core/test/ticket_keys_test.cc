#include "../ticket_keys.h"

#include <vector>

#include "../session.h"
#include "handshake.h"
#include "test.h"

namespace {

using Bytes = std::vector<uint8_t>;

/// A key, told from others by its first byte.
Bytes key(uint8_t which) {
  Bytes bytes(core::TicketKeys::kKeySize, 0x5a);
  bytes[0] = which;
  bytes[20] = which;
  bytes[60] = which;
  return bytes;
}

Bytes operator+(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const pki::Identity& server_identity() {
  static const pki::Identity made = pki::make({.name = "localhost"});
  return made;
}

/// A process of its own: nothing but the ticket keys connects it with others.
struct Server {
  Server(Wire wire, const Bytes& given) : ctx(make_server_ctx(wire, server_identity())) {
    CHECK(keys.set(given));
    keys.install(ctx.get());
  }

  core::TicketKeys keys;  ///< outlives what it is installed in
  core::SslCtxPtr ctx;
};

struct Client {
  explicit Client(Wire wire, int version) : ctx(make_client_ctx(wire)) {
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_max_proto_version(ctx.get(), version);
  }

  struct Outcome {
    bool completed;
    bool resumed;
    Bytes session;
  };
  Outcome connect(const Server& server, const Bytes& session = {}) const {
    Handshake handshake(ctx.get(), server.ctx.get());
    const core::SslSessionPtr offered = core::parse_session(session);
    if (offered) SSL_set_session(handshake.client.get(), offered.get());
    const bool completed = handshake.run();
    return {completed, handshake.resumed(), handshake.finish()};
  }
  bool resumes(const Server& server, const Bytes& session) const {
    const Outcome outcome = connect(server, session);
    CHECK(outcome.completed);
    return outcome.resumed;
  }

  core::SslCtxPtr ctx;
};

struct Variant {
  Wire wire;
  int version;
};
constexpr Variant kVariants[] = {
    {Wire::kDtls, DTLS1_2_VERSION}, {Wire::kTls, TLS1_2_VERSION}, {Wire::kTls, TLS1_3_VERSION}};

/// The first bytes of a session's ticket: the name of the key that sealed it.
uint8_t sealed_by(const Bytes& session) {
  const core::SslSessionPtr parsed = core::parse_session(session);
  const unsigned char* ticket = nullptr;
  size_t size = 0;
  if (parsed) SSL_SESSION_get0_ticket(parsed.get(), &ticket, &size);
  return size == 0 ? 0 : ticket[0];
}

}  // namespace

TEST("a session is resumed by another server with the same ticket keys, and by no other") {
  for (const Variant& variant : kVariants) {
    const Server first(variant.wire, key(1));
    const Server second(variant.wire, key(1));
    const Server stranger(variant.wire, key(2));
    const Client client(variant.wire, variant.version);
    const Bytes session = client.connect(first).session;
    CHECK_EQUAL(sealed_by(session), 1);
    CHECK(client.resumes(second, session));
    CHECK(!client.resumes(stranger, session));
  }
}

TEST("a ticket that an older key opens is renewed with the first, until the older one is gone") {
  for (const Variant& variant : kVariants) {
    Server server(variant.wire, key(1));
    const Client client(variant.wire, variant.version);
    const Bytes old = client.connect(server).session;
    CHECK(server.keys.set(key(2) + key(1)));
    const Client::Outcome renewed = client.connect(server, old);
    CHECK(renewed.resumed);
    CHECK_EQUAL(sealed_by(renewed.session), 2);
    CHECK(server.keys.set(key(3) + key(2)));
    CHECK(!client.resumes(server, old));
    CHECK(client.resumes(server, renewed.session));
  }
}

TEST("a ticket under a known name but sealed with another key is not opened") {
  const Client client(Wire::kDtls, DTLS1_2_VERSION);
  Bytes same_name = key(2);
  same_name[0] = 1;
  const Bytes session = client.connect(Server(Wire::kDtls, key(1))).session;
  CHECK(!client.resumes(Server(Wire::kDtls, same_name), session));
}

TEST("every ticket is sealed with another initialisation vector") {
  const Server server(Wire::kDtls, key(1));
  const Client client(Wire::kDtls, DTLS1_2_VERSION);
  const auto vector_of = [&] {
    const core::SslSessionPtr session = core::parse_session(client.connect(server).session);
    const unsigned char* ticket = nullptr;
    size_t size = 0;
    SSL_SESSION_get0_ticket(session.get(), &ticket, &size);
    return size < 32 ? Bytes() : Bytes(ticket + 16, ticket + 32);
  };
  CHECK(vector_of() != vector_of());
}

TEST("the ticket keys are those of the first SSL_CTX, whatever the server name switches to") {
  for (const Variant& variant : kVariants) {
    Server server(variant.wire, key(1));
    const core::SslCtxPtr named = make_server_ctx(variant.wire, server_identity());
    SSL_CTX_set_tlsext_servername_arg(server.ctx.get(), named.get());
    int (*choose)(SSL*, int*, void*) = [](SSL* ssl, int*, void* ctx) {
      SSL_set_SSL_CTX(ssl, static_cast<SSL_CTX*>(ctx));
      return SSL_TLSEXT_ERR_OK;
    };
    SSL_CTX_set_tlsext_servername_callback(server.ctx.get(), choose);
    const Client client(variant.wire, variant.version);
    const Client::Outcome first = client.connect(server);
    CHECK(first.completed);
    CHECK_EQUAL(sealed_by(first.session), 1);
    CHECK(client.resumes(server, first.session));
  }
}

TEST("ticket keys come whole, and one at least") {
  core::TicketKeys keys;
  CHECK(!keys.set({}));
  CHECK(!keys.set(Bytes(79)));
  CHECK(!keys.set(Bytes(81)));
  CHECK(keys.set(Bytes(160)));
}

TEST("without ticket keys libssl's own remain") {
  core::TicketKeys none;
  const core::SslCtxPtr ctx = make_server_ctx(Wire::kTls, server_identity());
  none.install(ctx.get());
  const Client client(Wire::kTls, TLS1_3_VERSION);
  Handshake handshake(client.ctx.get(), ctx.get());
  CHECK(handshake.run());
  CHECK(SSL_SESSION_has_ticket(SSL_get_session(handshake.client.get())) == 1);
}
