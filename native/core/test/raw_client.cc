#include "raw_client.h"

#include <array>

namespace {

RawClient& client_of(const SSL* ssl) { return *static_cast<RawClient*>(SSL_get_app_data(ssl)); }

void on_message(int written, int, int type, const void* bytes, size_t size, SSL* ssl, void*) {
  constexpr uint8_t kServerHello = 2;
  const bool server_hello =
      type == SSL3_RT_HANDSHAKE && size > 0 && *static_cast<const uint8_t*>(bytes) == kServerHello;
  if (written == 0 && server_hello) client_of(ssl).on_server_hello();
}

int on_new_session(SSL* ssl, SSL_SESSION* session) {
  client_of(ssl).session.reset(session);
  return 1;
}

core::BioPtr make_wire() {
  core::BioPtr bio(BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(bio.get(), -1);
  return bio;
}

}  // namespace

RawClient::RawClient(const char* groups) : ctx(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_min_proto_version(ctx.get(), TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(ctx.get(), "TLS_AES_256_GCM_SHA384");
  SSL_CTX_set1_groups_list(ctx.get(), groups);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(ctx.get(), on_new_session);
  SSL_CTX_set_msg_callback(ctx.get(), on_message);
  ssl.reset(SSL_new(ctx.get()));
  SSL_set_app_data(ssl.get(), this);
  SSL_set_connect_state(ssl.get());
  SSL_set_bio(ssl.get(), make_wire().release(), make_wire().release());
}

void RawClient::talk_to(core::Stream& server) {
  for (bool busy = true; busy;) {
    const core::ErrorQueueGuard guard;
    std::array<uint8_t, 4096> bytes;
    SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    const int size = BIO_read(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (size > 0) server_flags |= server.receive({bytes.data(), static_cast<size_t>(size)});
    const std::vector<uint8_t> answer = server.take_output();
    BIO_write(SSL_get_rbio(ssl.get()), answer.data(), static_cast<int>(answer.size()));
    busy = size > 0 || !answer.empty();
  }
}
