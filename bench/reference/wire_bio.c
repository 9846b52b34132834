#include "wire_bio.h"

#include <openssl/bio.h>
#include <string.h>

static int wire_read(BIO* bio, char* into, int capacity) {
  struct wire* wire = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (!wire->datagram) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // As with recv(): what does not fit is lost with the datagram.
  size_t length = wire->length < (size_t)capacity ? wire->length : (size_t)capacity;
  memcpy(into, wire->datagram, length);
  wire->datagram = NULL;
  return (int)length;
}

static int wire_write(BIO* bio, const char* from, int length) {
  struct wire* wire = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (length <= 0 || length > DATAGRAM_SIZE) return -1;
  memcpy(outbox_reserve(wire->outbox), from, (size_t)length);
  outbox_commit(wire->outbox, (size_t)length, wire->peer);
  return length;
}

static long wire_ctrl(BIO* bio, int command, long number, void* pointer) {
  (void)bio, (void)number, (void)pointer;
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;  // the outbox is flushed once per batch
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return WIRE_MTU;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return 48;
    default:
      return 0;
  }
}

static int wire_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO* wire_bio_new(struct wire* wire) {
  // One method for the life of the process; OpenSSL needs it until the last BIO ends.
  static BIO_METHOD* method;
  if (!method) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "shared datagrams");
    if (!method) return NULL;
    BIO_meth_set_read(method, wire_read);
    BIO_meth_set_write(method, wire_write);
    BIO_meth_set_ctrl(method, wire_ctrl);
    BIO_meth_set_create(method, wire_create);
  }
  BIO* bio = BIO_new(method);
  if (bio) BIO_set_data(bio, wire);
  return bio;
}

void wire_attach(BIO* bio, SSL* ssl) {
  BIO_up_ref(bio);  // SSL_set_bio with twice the same BIO takes one reference
  SSL_set_bio(ssl, bio, bio);
  SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl, WIRE_MTU);
}
