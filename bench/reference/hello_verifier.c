#include "hello_verifier.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

enum {
  RECORD_HEADER = 13,
  MESSAGE_HEADER = 12,
  COOKIE_SIZE = 32,
  REQUEST_BODY = 2 + 1 + COOKIE_SIZE,
  TYPE_HANDSHAKE = 22,
  CLIENT_HELLO = 1,
  HELLO_VERIFY_REQUEST = 3,
};

// The parts of a ClientHello that a cookie depends on; all borrowed.
struct hello {
  const unsigned char* head;  // version, random, session id
  size_t head_length;
  const unsigned char* cookie;
  size_t cookie_length;
  const unsigned char* tail;  // cipher suites, compression methods
  size_t tail_length;
};

static size_t read16(const unsigned char* at) { return (size_t)at[0] << 8 | at[1]; }
static size_t read24(const unsigned char* at) { return (size_t)at[0] << 16 | read16(at + 1); }

bool hello_verifier_init(struct hello_verifier* verifier) {
  unsigned char secret[32];
  if (RAND_bytes(secret, sizeof secret) != 1) return false;
  verifier->mac = HMAC_CTX_new();
  if (!verifier->mac) return false;
  int keyed = HMAC_Init_ex(verifier->mac, secret, sizeof secret, EVP_sha256(), NULL);
  OPENSSL_cleanse(secret, sizeof secret);
  return keyed == 1;
}

void hello_verifier_free(struct hello_verifier* verifier) { HMAC_CTX_free(verifier->mac); }

bool hello_is_client_hello(const unsigned char* datagram, size_t length) {
  return length > RECORD_HEADER + MESSAGE_HEADER && datagram[0] == TYPE_HANDSHAKE && read16(datagram + 3) == 0 &&
         datagram[RECORD_HEADER] == CLIENT_HELLO;
}

// A vector with a length prefix of `prefix` bytes at *at: moves *at behind it.
static bool skip_vector(const unsigned char** at, const unsigned char* end, size_t prefix) {
  if ((size_t)(end - *at) < prefix) return false;
  size_t size = prefix == 1 ? **at : read16(*at);
  if ((size_t)(end - *at) - prefix < size) return false;
  *at += prefix + size;
  return true;
}

static bool parse(const unsigned char* datagram, size_t length, struct hello* hello) {
  if (!hello_is_client_hello(datagram, length)) return false;
  const unsigned char* message = datagram + RECORD_HEADER;
  size_t record_length = read16(datagram + 11);
  size_t body_length = read24(message + 1);
  // Fragmented hellos are refused: reassembly would need state.
  if (record_length > length - RECORD_HEADER || record_length != MESSAGE_HEADER + body_length ||
      read24(message + 6) != 0 || read24(message + 9) != body_length) {
    return false;
  }
  const unsigned char* at = message + MESSAGE_HEADER;
  const unsigned char* end = at + body_length;
  hello->head = at;
  if (body_length < 34) return false;
  at += 34;
  if (!skip_vector(&at, end, 1)) return false;
  hello->head_length = (size_t)(at - hello->head);
  hello->cookie = at + 1;
  if (!skip_vector(&at, end, 1)) return false;
  hello->cookie_length = (size_t)(at - hello->cookie);
  hello->tail = at;
  if (!skip_vector(&at, end, 2) || !skip_vector(&at, end, 1)) return false;
  hello->tail_length = (size_t)(at - hello->tail);
  return true;
}

static bool make_cookie(struct hello_verifier* verifier, const struct hello* hello, const union address* from,
                        unsigned char cookie[COOKIE_SIZE]) {
  const bool v6 = from->any.sa_family == AF_INET6;
  const void* host = v6 ? (const void*)&from->v6.sin6_addr : (const void*)&from->v4.sin_addr;
  const void* port = v6 ? (const void*)&from->v6.sin6_port : (const void*)&from->v4.sin_port;
  unsigned size = 0;
  return HMAC_Init_ex(verifier->mac, NULL, 0, NULL, NULL) == 1 && HMAC_Update(verifier->mac, host, v6 ? 16 : 4) == 1 &&
         HMAC_Update(verifier->mac, port, 2) == 1 && HMAC_Update(verifier->mac, hello->head, hello->head_length) == 1 &&
         HMAC_Update(verifier->mac, hello->tail, hello->tail_length) == 1 &&
         HMAC_Final(verifier->mac, cookie, &size) == 1 && size == COOKIE_SIZE;
}

// The record number and the message number of the hello are repeated, so that the
// server needs no counters of its own.
static void answer(const unsigned char* datagram, const unsigned char cookie[COOKIE_SIZE], const union address* from,
                   struct outbox* outbox) {
  unsigned char* at = outbox_reserve(outbox);
  const unsigned char* message = datagram + RECORD_HEADER;
  const unsigned char record[3] = {TYPE_HANDSHAKE, 0xfe, 0xff};
  const unsigned char header[4] = {HELLO_VERIFY_REQUEST, 0, 0, REQUEST_BODY};
  const unsigned char fragment[6] = {0, 0, 0, 0, 0, REQUEST_BODY};
  const unsigned char body[3] = {0xfe, 0xff, COOKIE_SIZE};
  memcpy(at, record, 3);
  memcpy(at + 3, datagram + 3, 8);
  at[11] = 0;
  at[12] = MESSAGE_HEADER + REQUEST_BODY;
  memcpy(at + 13, header, 4);
  memcpy(at + 17, message + 4, 2);
  memcpy(at + 19, fragment, 6);
  memcpy(at + 25, body, 3);
  memcpy(at + 28, cookie, COOKIE_SIZE);
  outbox_commit(outbox, RECORD_HEADER + MESSAGE_HEADER + REQUEST_BODY, from);
}

enum hello_verdict hello_verify(struct hello_verifier* verifier, const unsigned char* datagram, size_t length,
                                const union address* from, struct outbox* outbox) {
  struct hello hello;
  unsigned char cookie[COOKIE_SIZE];
  if (!parse(datagram, length, &hello)) return HELLO_IGNORED;
  if (!make_cookie(verifier, &hello, from, cookie)) return HELLO_IGNORED;
  if (hello.cookie_length == COOKIE_SIZE && CRYPTO_memcmp(hello.cookie, cookie, COOKIE_SIZE) == 0) {
    return HELLO_VERIFIED;
  }
  answer(datagram, cookie, from, outbox);
  return HELLO_ANSWERED;
}
