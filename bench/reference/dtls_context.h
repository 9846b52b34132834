// What the contexts of the server and of the load generator have in common.
#pragma once

#include "hex_key.h"
#include "wire_bio.h"

// Whom one is and with what one speaks. The certificates, when there are some, stand
// in place of the pre-shared key.
struct dtls_options {
  const char* cipher;                // OpenSSL's name of the one suite on offer
  const char* groups;                // OpenSSL's list
  const char* signature_algorithms;  // OpenSSL's list
  const char* identity;              // of the pre-shared key
  struct hex_key key;
  // PEM files: the own chain, leaf first; its key; the authorities of the peer. A
  // side that has `authorities` wants a certificate of the other and verifies it.
  const char *certificates, *private_key, *authorities;
};

// DTLS 1.2, no sessions. With the very settings that the addon makes for the same
// options, so that the comparison is one of programs. NULL on failure; the reason is
// in OpenSSL's error queue.
SSL_CTX* dtls_context_new(const SSL_METHOD* method, const struct dtls_options* options);

// How a server lets clients resume. All zero: not at all.
struct session_options {
  unsigned cache_size;  // sessions kept by id
  unsigned timeout;     // seconds
  bool tickets;         // RFC 5077, under a random key that is never changed
};

void dtls_context_keep_sessions(SSL_CTX* context, const struct session_options* options);
