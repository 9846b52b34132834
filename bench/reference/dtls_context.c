#include "dtls_context.h"

#include <string.h>

static bool set_protocol(SSL_CTX* context, const struct dtls_options* options) {
  // OpenSSL 3 refuses CCM8 above level 0.
  SSL_CTX_set_security_level(context, OPENSSL_VERSION_NUMBER < 0x30000000L ? 2 : 0);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_ENCRYPT_THEN_MAC);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, options->cipher) == 1 &&
         SSL_CTX_set1_groups_list(context, options->groups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, options->signature_algorithms) == 1;
}

static bool set_certificates(SSL_CTX* context, const struct dtls_options* options) {
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
  if (options->certificates && (SSL_CTX_use_certificate_chain_file(context, options->certificates) != 1 ||
                                SSL_CTX_use_PrivateKey_file(context, options->private_key, SSL_FILETYPE_PEM) != 1)) {
    return false;
  }
  if (!options->authorities) return true;
  if (SSL_CTX_load_verify_locations(context, options->authorities, NULL) != 1) return false;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  // A server tells its clients which authorities it knows; for a client it is unused.
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(options->authorities);
  SSL_CTX_set_client_CA_list(context, names);
  return names != NULL;
}

SSL_CTX* dtls_context_new(const SSL_METHOD* method, const struct dtls_options* options) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (!context) return NULL;
  if (!set_protocol(context, options) || !set_certificates(context, options)) {
    SSL_CTX_free(context);
    return NULL;
  }
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

void dtls_context_keep_sessions(SSL_CTX* context, const struct session_options* options) {
  static const unsigned char id_context[] = "reference";
  if (options->tickets) SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  if (!options->tickets && options->cache_size == 0) return;
  bool internal = options->cache_size > 0;
  SSL_CTX_set_session_cache_mode(
      context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR | (internal ? 0 : SSL_SESS_CACHE_NO_INTERNAL));
  SSL_CTX_sess_set_cache_size(context, internal ? options->cache_size : 1);
  SSL_CTX_set_timeout(context, options->timeout);
  SSL_CTX_set_session_id_context(context, id_context, sizeof id_context);
}
