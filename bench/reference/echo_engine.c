#include "echo_engine.h"

#include <openssl/err.h>
#include <string.h>

enum { RECORD_MAX = 16384 };  // always read into this: a shorter buffer would split a record

static unsigned on_psk(SSL* ssl, const char* identity, unsigned char* key, unsigned capacity) {
  const struct dtls_options* options = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  if (!identity || strcmp(identity, options->identity) != 0) return 0;
  if (options->key.length > capacity) return 0;
  memcpy(key, options->key.bytes, options->key.length);
  return (unsigned)options->key.length;
}

// The verifier has checked the cookie before DTLSv1_listen sees the hello.
static int on_verify_cookie(SSL* ssl, const unsigned char* cookie, unsigned length) {
  (void)ssl, (void)cookie, (void)length;
  return 1;
}

static int on_generate_cookie(SSL* ssl, unsigned char* cookie, unsigned* length) {
  (void)ssl, (void)cookie, (void)length;
  return 0;
}

static SSL_CTX* context_new(const struct echo_options* options) {
  SSL_CTX* context = dtls_context_new(DTLS_server_method(), &options->dtls);
  if (!context) return NULL;
  dtls_context_keep_sessions(context, &options->sessions);
  SSL_CTX_set_app_data(context, (void*)&options->dtls);
  if (!options->dtls.certificates) SSL_CTX_set_psk_server_callback(context, on_psk);
  SSL_CTX_set_cookie_verify_cb(context, on_verify_cookie);
  SSL_CTX_set_cookie_generate_cb(context, on_generate_cookie);
  return context;
}

bool echo_engine_init(struct echo_engine* engine, const struct echo_options* options, struct outbox* outbox) {
  memset(engine, 0, sizeof *engine);
  engine->options = options;
  engine->wire.outbox = outbox;
  engine->context = context_new(options);
  engine->bio = wire_bio_new(&engine->wire);
  engine->unused_address = BIO_ADDR_new();
  return engine->context && engine->bio && engine->unused_address && hello_verifier_init(&engine->verifier) &&
         peer_table_init(&engine->peers);
}

void echo_engine_free(struct echo_engine* engine) {
  peer_table_free(&engine->peers);
  hello_verifier_free(&engine->verifier);
  BIO_ADDR_free(engine->unused_address);
  BIO_free(engine->bio);
  SSL_CTX_free(engine->context);
}

// A new association for a verified hello, which the wire presents; NULL on failure.
static struct peer* accept_peer(struct echo_engine* engine, const union address* from) {
  SSL* ssl = SSL_new(engine->context);
  if (!ssl) return NULL;
  SSL_set_accept_state(ssl);
  wire_attach(engine->bio, ssl);
  struct peer* peer = NULL;
  if (DTLSv1_listen(ssl, engine->unused_address) == 1) peer = peer_add(&engine->peers, from, ssl);
  if (!peer) SSL_free(ssl);
  return peer;
}

// The failed or ended association, after whatever OpenSSL still had to say.
static void drop(struct echo_engine* engine, struct peer* peer, uint64_t* counter) {
  ++*counter;
  peer_remove(&engine->peers, peer);
}

// False when the handshake has failed.
static bool handshake(struct echo_engine* engine, struct peer* peer) {
  int result = SSL_do_handshake(peer->ssl);
  if (result == 1) {
    peer_established(&engine->peers, peer);
    engine->counters.handshakes++;
    return true;
  }
  int reason = SSL_get_error(peer->ssl, result);
  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

// Echoes every record that is ready. False when the association has ended.
static bool echo(struct echo_engine* engine, struct peer* peer) {
  static unsigned char record[RECORD_MAX];
  int length;
  while ((length = SSL_read(peer->ssl, record, sizeof record)) > 0) {
    if (SSL_write(peer->ssl, record, length) <= 0) return false;
    engine->counters.echoes++;
    // Spares the read that would only say "nothing more" after the last record.
    if (!engine->wire.datagram && !SSL_has_pending(peer->ssl)) return true;
  }
  int reason = SSL_get_error(peer->ssl, length);
  if (reason == SSL_ERROR_ZERO_RETURN && engine->options->close_reply) SSL_shutdown(peer->ssl);
  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

static void serve(struct echo_engine* engine, struct peer* peer) {
  if (!peer->established && !handshake(engine, peer)) {
    drop(engine, peer, &engine->counters.failures);
  } else if (peer->established && (engine->wire.datagram || SSL_has_pending(peer->ssl)) && !echo(engine, peer)) {
    drop(engine, peer, &engine->counters.closed);
  }
}

void echo_engine_receive(struct echo_engine* engine, const unsigned char* datagram, size_t length,
                         const union address* from) {
  if (length == 0) return;
  ERR_clear_error();
  struct peer* peer = peer_find(&engine->peers, from);
  engine->wire.peer = from;
  // A client that lost its association begins anew from the same port. (A hardened
  // server would keep the old association until the new Finished.)
  if (!peer || (peer->established && hello_is_client_hello(datagram, length))) {
    if (hello_verify(&engine->verifier, datagram, length, from, engine->wire.outbox) != HELLO_VERIFIED) {
      return;
    }
    if (peer) drop(engine, peer, &engine->counters.closed);
    wire_present(&engine->wire, datagram, length);
    peer = accept_peer(engine, from);
    if (peer) serve(engine, peer);
  } else {
    wire_present(&engine->wire, datagram, length);
    serve(engine, peer);
  }
  wire_present(&engine->wire, NULL, 0);
}

void echo_engine_tick(struct echo_engine* engine) {
  for (struct peer *peer = engine->peers.oldest, *newer; peer; peer = newer) {
    newer = peer->newer;
    ERR_clear_error();
    engine->wire.peer = &peer->address;
    if (DTLSv1_handle_timeout(peer->ssl) < 0) drop(engine, peer, &engine->counters.failures);
  }
}
