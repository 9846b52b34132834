#include "handshake.h"

#include <cstdlib>

#include "../session.h"

namespace {

constexpr int kMtu = 1400;
constexpr int kMaxRounds = 20;

core::SslPtr make_ssl(SSL_CTX* ctx, BIO* in, BIO* out) {
  core::SslPtr ssl(SSL_new(ctx));
  if (!ssl) std::abort();
  BIO_up_ref(in);
  BIO_up_ref(out);
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
  if (SSL_is_dtls(ssl.get())) SSL_set_mtu(ssl.get(), kMtu);
  return ssl;
}

core::BioPtr make_wire() {
  core::BioPtr bio(BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(bio.get(), -1);
  return bio;
}

bool waiting(SSL* ssl, int result) { return result == 1 || SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ; }

void read_tickets(SSL* ssl) {
  char byte;
  SSL_read(ssl, &byte, 1);
}

}  // namespace

core::SslCtxPtr make_client_ctx(Wire wire) {
  core::SslCtxPtr ctx(SSL_CTX_new(wire == Wire::kDtls ? DTLS_client_method() : TLS_client_method()));
  SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  return ctx;
}

core::SslCtxPtr make_server_ctx(Wire wire, const pki::Identity& leaf, const std::vector<const pki::Identity*>& chain) {
  core::SslCtxPtr ctx(SSL_CTX_new(wire == Wire::kDtls ? DTLS_server_method() : TLS_server_method()));
  SSL_CTX_set_mode(ctx.get(), SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_use_certificate(ctx.get(), leaf.certificate.get());
  SSL_CTX_use_PrivateKey(ctx.get(), leaf.key.get());
  for (const pki::Identity* identity : chain) SSL_CTX_add1_chain_cert(ctx.get(), identity->certificate.get());
  return ctx;
}

Handshake::Handshake(SSL_CTX* client_ctx, SSL_CTX* server_ctx) {
  const core::BioPtr to_server = make_wire();
  const core::BioPtr to_client = make_wire();
  client = make_ssl(client_ctx, to_client.get(), to_server.get());
  server = make_ssl(server_ctx, to_server.get(), to_client.get());
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
}

bool Handshake::run() {
  const core::ErrorQueueGuard guard;
  for (int round = 0; round < kMaxRounds; ++round) {
    const int client_result = SSL_do_handshake(client.get());
    if (!waiting(client.get(), client_result)) return false;
    ERR_clear_error();
    const int server_result = SSL_do_handshake(server.get());
    if (!waiting(server.get(), server_result)) return false;
    if (client_result != 1 || server_result != 1) continue;
    read_tickets(client.get());
    return true;
  }
  return false;
}

std::vector<uint8_t> Handshake::finish() {
  const core::ErrorQueueGuard guard;
  SSL_shutdown(client.get());
  SSL_shutdown(server.get());
  SSL_SESSION* session = SSL_get1_session(client.get());
  std::vector<uint8_t> der = core::serialize_session(session);
  SSL_SESSION_free(session);
  return der;
}
