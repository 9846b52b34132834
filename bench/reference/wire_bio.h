// One datagram BIO shared by every SSL of a process.
//
// Reads hand out the datagram that wire_present() lent; writes go to the outbox,
// one BIO_write per datagram. There are no buffers per peer. The owner points the
// wire at a peer before each OpenSSL call; the BIO never calls back.
#pragma once

#include "datagrams.h"

#include <openssl/ssl.h>

// The addon that is compared links 1.1.1, or the system's where that was asked for.
#ifndef LWM2M_TLS_OPENSSL_SYSTEM
_Static_assert(OPENSSL_VERSION_NUMBER >> 20 == 0x101, "the comparison needs OpenSSL 1.1.1");
#endif

enum { WIRE_MTU = 1232 };  // IPv6 minimum MTU less IPv6 and UDP headers

struct wire {
  const unsigned char* datagram;  // borrowed; NULL once it has been read
  size_t length;
  const union address* peer;  // borrowed; NULL on a connected socket
  struct outbox* outbox;
};

// Makes the BIO. `wire` must outlive it. NULL when memory is short.
BIO* wire_bio_new(struct wire* wire);

// Gives `ssl` its references to the shared BIO and fixes its MTU.
void wire_attach(BIO* bio, SSL* ssl);

// Lends a datagram for the next OpenSSL calls; an empty one counts as none.
static inline void wire_present(struct wire* wire, const unsigned char* datagram, size_t length) {
  wire->datagram = length > 0 ? datagram : NULL;
  wire->length = length;
}
