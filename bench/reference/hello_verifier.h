// The stateless half of a DTLS 1.2 server (RFC 6347, 4.2.1).
//
// A ClientHello without a valid cookie is answered with HelloVerifyRequest and
// forgotten: no allocation and no SSL object before the address has proved itself.
#pragma once

#include "datagrams.h"

#include <openssl/hmac.h>

struct hello_verifier {
  HMAC_CTX* mac;  // keyed once; every cookie restarts from the keyed state
};

enum hello_verdict {
  HELLO_IGNORED,   // not a complete ClientHello in one record
  HELLO_ANSWERED,  // a HelloVerifyRequest lies in the outbox
  HELLO_VERIFIED,  // the cookie is ours: give this datagram to DTLSv1_listen
};

// Draws a fresh secret; false when OpenSSL fails. A long-lived server would rotate
// the secret; for a yardstick one per process does.
bool hello_verifier_init(struct hello_verifier* verifier);
void hello_verifier_free(struct hello_verifier* verifier);

// Cheap test: an epoch-0 handshake record that begins with a ClientHello.
bool hello_is_client_hello(const unsigned char* datagram, size_t length);

enum hello_verdict hello_verify(struct hello_verifier* verifier, const unsigned char* datagram, size_t length,
                                const union address* from, struct outbox* outbox);
