#include "light_association.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdlib.h>
#include <string.h>

enum {
  HEADER = 13,
  NONCE = 8,  // the part that each record carries
  TAG = 8,
  ALERT = 21,
  RANDOM = 32,
};

// Records that libssl may have sent in this epoch already: the Finished and its repetitions. A server does not mind
// a gap of this size.
static const uint64_t FIRST_SEQUENCE = (uint64_t)1 << 48 | 32;

static bool derive(SSL* ssl, unsigned char* block, size_t length) {
  static const unsigned char label[] = "key expansion";
  unsigned char master[SSL_MAX_MASTER_KEY_LENGTH], server[RANDOM], client[RANDOM];
  size_t size = SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof master);
  SSL_get_server_random(ssl, server, RANDOM);
  SSL_get_client_random(ssl, client, RANDOM);
  EVP_PKEY_CTX* prf = EVP_PKEY_CTX_new_id(EVP_PKEY_TLS1_PRF, NULL);
  bool derived = prf && EVP_PKEY_derive_init(prf) == 1 && EVP_PKEY_CTX_set_tls1_prf_md(prf, EVP_sha256()) == 1 &&
                 EVP_PKEY_CTX_set1_tls1_prf_secret(prf, master, (int)size) == 1 &&
                 EVP_PKEY_CTX_add1_tls1_prf_seed(prf, label, (int)sizeof label - 1) == 1 &&
                 EVP_PKEY_CTX_add1_tls1_prf_seed(prf, server, RANDOM) == 1 &&
                 EVP_PKEY_CTX_add1_tls1_prf_seed(prf, client, RANDOM) == 1 && EVP_PKEY_derive(prf, block, &length) == 1;
  EVP_PKEY_CTX_free(prf);
  OPENSSL_cleanse(master, sizeof master);
  return derived;
}

bool light_association_take(struct light_association* association, SSL* ssl) {
  const char* suite = SSL_get_cipher_name(ssl);
  unsigned char block[40];
  if (!strstr(suite, "AES128-CCM8") || !derive(ssl, block, sizeof block)) return false;
  memcpy(association->client.key, block, 16);
  memcpy(association->server.key, block + 16, 16);
  memcpy(association->client.salt, block + 32, 4);
  memcpy(association->server.salt, block + 36, 4);
  association->next_sequence = FIRST_SEQUENCE;
  OPENSSL_cleanse(block, sizeof block);
  return true;
}

// A context that waits for key and nonce, one per direction for the life of the process: keys are set per record.
static EVP_CIPHER_CTX* ccm_context(int encrypt) {
  static EVP_CIPHER_CTX* contexts[2];
  EVP_CIPHER_CTX** context = &contexts[encrypt];
  if (*context) return *context;
  *context = EVP_CIPHER_CTX_new();
  if (!*context || EVP_CipherInit_ex(*context, EVP_aes_128_ccm(), NULL, NULL, NULL, encrypt) != 1 ||
      EVP_CIPHER_CTX_ctrl(*context, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) != 1 ||
      EVP_CIPHER_CTX_ctrl(*context, EVP_CTRL_AEAD_SET_TAG, TAG, NULL) != 1) {
    abort();  // no memory, or an OpenSSL without CCM: nothing can be measured
  }
  return *context;
}

// What CCM needs to know of a record beside its key: `header` is the record's, `nonce` its explicit part.
static bool ccm_begin(EVP_CIPHER_CTX* context, const struct light_keys* keys, const unsigned char* header,
                      const unsigned char* nonce, size_t length) {
  unsigned char iv[12], associated[13];
  int unused;
  memcpy(iv, keys->salt, 4);
  memcpy(iv + 4, nonce, NONCE);
  memcpy(associated, header + 3, 8);  // epoch and sequence number
  memcpy(associated + 8, header, 3);  // type and version
  associated[11] = (unsigned char)(length >> 8);
  associated[12] = (unsigned char)length;
  return EVP_CipherInit_ex(context, NULL, NULL, keys->key, iv, -1) == 1 &&
         EVP_CipherUpdate(context, NULL, &unused, NULL, (int)length) == 1 &&
         EVP_CipherUpdate(context, NULL, &unused, associated, sizeof associated) == 1;
}

size_t light_seal(struct light_association* association, unsigned char type, const void* message, size_t length,
                  unsigned char* into) {
  EVP_CIPHER_CTX* context = ccm_context(1);
  const uint64_t sequence = association->next_sequence++;
  const size_t payload = NONCE + length + TAG;
  const unsigned char start[3] = {type, 0xfe, 0xfd};
  memcpy(into, start, 3);
  for (int i = 0; i < 8; i++) into[3 + i] = (unsigned char)(sequence >> (56 - 8 * i));
  into[11] = (unsigned char)(payload >> 8);
  into[12] = (unsigned char)payload;
  memcpy(into + HEADER, into + 3, NONCE);
  unsigned char* sealed = into + HEADER + NONCE;
  int size;
  if (!ccm_begin(context, &association->client, into, into + HEADER, length) ||
      EVP_CipherUpdate(context, sealed, &size, message, (int)length) != 1 ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, sealed + length) != 1) {
    abort();
  }
  return HEADER + payload;
}

size_t light_close(struct light_association* association, unsigned char* into) {
  static const unsigned char close_notify[2] = {1, 0};
  return light_seal(association, ALERT, close_notify, sizeof close_notify, into);
}

int light_open(const struct light_association* association, const unsigned char* datagram, size_t length,
               unsigned char* into, size_t capacity) {
  if (length < LIGHT_OVERHEAD || datagram[0] != LIGHT_APPLICATION_DATA) return -1;
  if (((size_t)datagram[11] << 8 | datagram[12]) != length - HEADER) return -1;
  const size_t message = length - LIGHT_OVERHEAD;
  if (message > capacity) return -1;
  EVP_CIPHER_CTX* context = ccm_context(0);
  const unsigned char* sealed = datagram + HEADER + NONCE;
  unsigned char tag[TAG];
  int size;
  memcpy(tag, sealed + message, TAG);
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG, tag) != 1 ||
      !ccm_begin(context, &association->server, datagram, datagram + HEADER, message) ||
      EVP_CipherUpdate(context, into, &size, sealed, (int)message) != 1) {
    return -1;
  }
  return size;
}
