#include "load.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static unsigned on_psk(SSL* ssl, const char* hint, char* identity, unsigned identity_capacity, unsigned char* key,
                       unsigned key_capacity) {
  (void)hint;
  const struct dtls_options* options = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  size_t length = strlen(options->identity) + 1;
  if (length > identity_capacity || options->key.length > key_capacity) return 0;
  memcpy(identity, options->identity, length);
  memcpy(key, options->key.bytes, options->key.length);
  return (unsigned)options->key.length;
}

static SSL_CTX* context_new(const struct load_options* options) {
  SSL_CTX* context = dtls_context_new(DTLS_client_method(), &options->dtls);
  if (!context) return NULL;
  if (options->resume == RESUME_TICKET) SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  if (!options->dtls.authorities) SSL_CTX_set_psk_client_callback(context, on_psk);
  SSL_CTX_set_app_data(context, (void*)&options->dtls);
  return context;
}

bool load_init(struct load* load, const struct load_options* options) {
  memset(load, 0, sizeof *load);
  load->options = options;
  inbox_init(&load->inbox);
  outbox_init(&load->outbox, -1);
  load->outbox.fd = crowd_open(&load->inbox);
  if (load->outbox.fd < 0) {
    fprintf(stderr, "load: no socket: %s\n", strerror(errno));
    return false;
  }
  address_parse("127.0.0.1", options->port, &load->server);
  load->wire.outbox = &load->outbox;
  load->wire.peer = &load->server;
  load->context = context_new(options);
  load->bio = wire_bio_new(&load->wire);
  load->clients = calloc(options->peers, sizeof *load->clients);
  if (load->context && load->bio && load->clients) return true;
  fprintf(stderr, "load: cannot start\n");
  ERR_print_errors_fp(stderr);
  return false;
}

void load_free(struct load* load) {
  for (unsigned i = 0; load->clients && i < load->options->peers; i++) {
    SSL_free(load->clients[i].ssl);
    SSL_SESSION_free(load->clients[i].session);
  }
  free(load->clients);
  samples_free(&load->result.latency);
  BIO_free(load->bio);
  SSL_CTX_free(load->context);
  if (load->outbox.fd >= 0) close(load->outbox.fd);
}

void load_select(struct load* load, const struct client* client) {
  load->outbox.source = crowd_address((unsigned)(client - load->clients));
}

unsigned load_receive(struct load* load, int milliseconds) {
  unsigned count = inbox_receive(&load->inbox, load->outbox.fd);
  if (count == 0 && milliseconds > 0) {
    struct pollfd readable = {.fd = load->outbox.fd, .events = POLLIN};
    if (poll(&readable, 1, milliseconds) > 0) count = inbox_receive(&load->inbox, load->outbox.fd);
  }
  load->result.datagrams_in += count;
  return count;
}

struct client* load_receiver(struct load* load, unsigned i) {
  const unsigned member = crowd_member(&load->inbox, i);
  if (member >= load->options->peers || !address_equal(&load->inbox.from[i], &load->server)) return NULL;
  return &load->clients[member];
}

void load_end_all(struct load* load) {
  for (unsigned i = 0; i < load->options->peers; i++) client_end(load, &load->clients[i]);
  outbox_flush(&load->outbox);
}
