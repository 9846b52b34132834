// The protocol half of the reference server: datagrams in, datagrams out.
//
// Opens no socket, and reads the clock only through OpenSSL's handshake timers. One
// thread. Every function may queue datagrams in the outbox; the caller flushes it
// once per batch.
#pragma once

#include "dtls_context.h"
#include "hello_verifier.h"
#include "peer_table.h"
#include "wire_bio.h"

struct echo_options {
  struct dtls_options dtls;  // its PSK identity is the only one that is known
  struct session_options sessions;
  bool close_reply;  // answer close_notify with close_notify (RFC 5246, 7.2.1)
};

struct echo_counters {
  uint64_t handshakes, failures, echoes, closed;
};

struct echo_engine {
  const struct echo_options* options;
  SSL_CTX* context;
  BIO* bio;
  BIO_ADDR* unused_address;  // DTLSv1_listen wants one; the BIO serves all addresses
  struct wire wire;
  struct hello_verifier verifier;
  struct peer_table peers;
  struct echo_counters counters;
};

// `options` and `outbox` are borrowed and must outlive the engine. On failure the
// reason is in OpenSSL's error queue and the engine must still be freed.
bool echo_engine_init(struct echo_engine* engine, const struct echo_options* options, struct outbox* outbox);
void echo_engine_free(struct echo_engine* engine);

// Handles one datagram; `datagram` and `from` are borrowed for the call.
void echo_engine_receive(struct echo_engine* engine, const unsigned char* datagram, size_t length,
                         const union address* from);

// Retransmits what is due in handshakes and drops those that gave up.
void echo_engine_tick(struct echo_engine* engine);

// Whether echo_engine_tick() has anything to look at.
static inline bool echo_engine_waits(const struct echo_engine* engine) { return engine->peers.oldest != NULL; }
