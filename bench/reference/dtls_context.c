#include "dtls_context.h"

SSL_CTX* dtls_context_new(const SSL_METHOD* method, const char* cipher) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (!context) return NULL;
  SSL_CTX_set_security_level(context, 0);  // higher ones refuse CCM8 in OpenSSL 3
  if (SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(context, cipher) != 1) {
    SSL_CTX_free(context);
    return NULL;
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}
