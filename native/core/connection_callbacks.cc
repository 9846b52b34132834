#include "connection_callbacks.h"

#include "connection.h"
#include "context.h"

namespace core {
namespace {

constexpr uint8_t kClientKeyExchangeType = 16;
constexpr size_t kDtlsHandshakeHeader = 12;
constexpr size_t kTlsHandshakeHeader = 4;

/// Cookies are HelloVerifier's business: libssl only ever sees a ClientHello that it has verified, and what libssl
/// answers to the copies without cookie that DtlsConnection::skip_hellos() shows it never leaves the process.
int accept_verified_cookie(SSL*, const unsigned char*, unsigned int) { return 1; }
int make_unused_cookie(SSL*, unsigned char* cookie, unsigned int* size) {
  cookie[0] = 0;
  *size = 1;
  return 1;
}

/// Returning 0 makes libssl answer with unknown_psk_identity, more than PSK_MAX_PSK_LEN with internal_error.
unsigned int server_psk(SSL* ssl, const char* identity, unsigned char* out, unsigned int room) {
  return Connection::of(ssl).on_server_psk(ssl, identity, out, room);
}

unsigned int client_psk(SSL* ssl, const char*, char* identity, unsigned int identity_room, unsigned char* out,
                        unsigned int room) {
  return Connection::of(ssl).on_client_psk(identity, identity_room, out, room);
}

int on_client_hello(SSL* ssl, int* alert, void*) { return Connection::of(ssl).on_client_hello(ssl, *alert); }

/// Sees handshake messages before libssl acts on them; only ClientKeyExchange matters.
void on_message(int written, int, int content_type, const void* bytes, size_t size, SSL* ssl, void*) {
  const size_t header = SSL_is_dtls(ssl) ? kDtlsHandshakeHeader : kTlsHandshakeHeader;
  if (written != 0 || content_type != SSL3_RT_HANDSHAKE || size < header) return;
  const auto* message = static_cast<const uint8_t*>(bytes);
  if (message[0] != kClientKeyExchangeType) return;
  Connection::of(ssl).on_client_key_exchange({message + header, size - header});
}

void on_info(const SSL* ssl, int where, int value) {
  if (where == SSL_CB_READ_ALERT) Connection::of(ssl).on_alert_received(value);
}

void on_key_log(const SSL* ssl, const char* line) { Connection::of(ssl).on_key_log_line(line); }

/// 0: libssl keeps no reference for us.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  Connection::of(ssl).on_new_session(session);
  return 0;
}

SSL_SESSION* on_session_lookup(SSL* ssl, const unsigned char*, int, int* keep_reference) {
  *keep_reference = 0;
  return Connection::of(ssl).on_session_lookup();
}

void on_session_removed(SSL_CTX* ctx, SSL_SESSION* session) { Context::of(ctx).on_session_removed(session); }

int on_ticket_sealed(SSL* ssl, void*) { return Connection::of(ssl).on_ticket_sealed(ssl) ? 1 : 0; }

SSL_TICKET_RETURN on_ticket_opened(SSL* ssl, SSL_SESSION* session, const unsigned char*, size_t,
                                   SSL_TICKET_STATUS status, void*) {
  switch (status) {
    case SSL_TICKET_SUCCESS:
    case SSL_TICKET_SUCCESS_RENEW:
      if (!Connection::of(ssl).on_ticket_opened(session)) return SSL_TICKET_RETURN_IGNORE_RENEW;
      return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
    default:
      return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
}

}  // namespace

void set_connection_callbacks(SSL_CTX* ctx, const ContextOptions& options) {
  SSL_CTX_set_info_callback(ctx, on_info);
  if (options.role == Role::kClient) {
    SSL_CTX_set_psk_client_callback(ctx, client_psk);
    return;
  }
  SSL_CTX_set_msg_callback(ctx, on_message);
  SSL_CTX_set_cookie_verify_cb(ctx, accept_verified_cookie);
  SSL_CTX_set_cookie_generate_cb(ctx, make_unused_cookie);
  if (options.psk != nullptr) SSL_CTX_set_psk_server_callback(ctx, server_psk);
  SSL_CTX_set_client_hello_cb(ctx, on_client_hello, nullptr);
}

void set_session_callbacks(SSL_CTX* ctx, const ContextOptions& options) {
  if (options.role == Role::kClient) {
    SSL_CTX_sess_set_new_cb(ctx, on_new_session);
    return;
  }
  SSL_CTX_set_session_ticket_cb(ctx, on_ticket_sealed, on_ticket_opened, nullptr);
  if (!options.external_sessions) return;
  SSL_CTX_sess_set_new_cb(ctx, on_new_session);
  SSL_CTX_sess_set_get_cb(ctx, on_session_lookup);
  SSL_CTX_sess_set_remove_cb(ctx, on_session_removed);
}

void set_keylog_callback(SSL_CTX* ctx) { SSL_CTX_set_keylog_callback(ctx, on_key_log); }

}  // namespace core
