// An established client association in a hundred bytes instead of libssl's 36 KiB.
//
// Takes the keys out of an SSL whose handshake is done; the SSL may then be freed. It
// seals and opens records of AES-128-CCM8 suites of DTLS 1.2 (RFC 6347, RFC 6655), as a
// load generator needs it: no replay window, no second epoch. One thread.
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  LIGHT_OVERHEAD = 13 + 8 + 8,  // record header, explicit nonce, tag
  LIGHT_APPLICATION_DATA = 23,
};

struct light_keys {
  unsigned char key[16];
  unsigned char salt[4];
};

struct light_association {
  struct light_keys client, server;
  uint64_t next_sequence;  // epoch 1 in the upper 16 bits
};

// False when the suite is none with AES-128-CCM8, or OpenSSL fails.
bool light_association_take(struct light_association* association, SSL* ssl);

// Writes a record of length + LIGHT_OVERHEAD bytes to `into` and returns its size.
size_t light_seal(struct light_association* association, unsigned char type, const void* message, size_t length,
                  unsigned char* into);
// Says close_notify, likewise.
size_t light_close(struct light_association* association, unsigned char* into);

// Opens a datagram that is one record of application data from the server. Returns the
// length of the message, or -1 when it is anything else or forged.
int light_open(const struct light_association* association, const unsigned char* datagram, size_t length,
               unsigned char* into, size_t capacity);
