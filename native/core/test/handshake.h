#pragma once

#include "../openssl.h"
#include "pki.h"

enum class Wire { kTls, kDtls };

/// An SSL_CTX as libssl makes it, plus what every test needs: certificates may be verified, nothing is looked up.
core::SslCtxPtr make_client_ctx(Wire wire);
/// Serves `leaf` and then `chain`.
core::SslCtxPtr make_server_ctx(Wire wire, const pki::Identity& leaf,
                                const std::vector<const pki::Identity*>& chain = {});

/// A client and a server SSL with memory between them.
struct Handshake {
  Handshake(SSL_CTX* client_ctx, SSL_CTX* server_ctx);

  /// Goes on until both sides are done or one has failed, and lets the client read the tickets of TLS 1.3.
  bool run();
  long verify_result() const { return SSL_get_verify_result(client.get()); }
  bool resumed() const { return SSL_session_reused(client.get()) == 1; }
  /// Goodbyes, without which libssl drops the session; then the session as DER.
  std::vector<uint8_t> finish();

  core::SslPtr client;
  core::SslPtr server;
};
