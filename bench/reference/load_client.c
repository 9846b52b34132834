#include "load.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { RECORD_HEADER = 13, TYPE_ALERT = 21, OTHER_DESCRIPTORS = 64 };

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

// True when as many descriptors as there are peers may be open.
static bool allow_descriptors(unsigned peers) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= peers + OTHER_DESCRIPTORS);
}

static bool open_client(struct load* load, struct client* client) {
  client->fd = udp_open(load->server.any.sa_family);
  if (client->fd < 0) return false;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  return connect(client->fd, &load->server.any, address_length(&load->server)) == 0 &&
         epoll_ctl(load->poll, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

bool load_init(struct load* load, const struct load_options* options) {
  memset(load, 0, sizeof *load);
  load->options = options;
  inbox_init(&load->inbox);
  outbox_init(&load->outbox, -1);
  load->wire.outbox = &load->outbox;
  load->poll = epoll_create1(EPOLL_CLOEXEC);
  load->context = context_new(options);
  load->bio = wire_bio_new(&load->wire);
  load->clients = calloc(options->peers, sizeof *load->clients);
  if (load->poll < 0 || !load->context || !load->bio || !load->clients) {
    fprintf(stderr, "load: cannot start\n");
    ERR_print_errors_fp(stderr);
    return false;
  }
  for (unsigned i = 0; i < options->peers; i++) load->clients[i].fd = -1;
  if (!address_parse(options->host, options->port, &load->server)) {
    fprintf(stderr, "load: %s is no numeric address\n", options->host);
    return false;
  }
  if (!allow_descriptors(options->peers)) {
    fprintf(stderr, "load: %u sockets exceed the limit of open files\n", options->peers);
    return false;
  }
  for (unsigned i = 0; i < options->peers; i++) {
    if (open_client(load, &load->clients[i])) continue;
    fprintf(stderr, "load: socket %u: %s\n", i, strerror(errno));
    return false;
  }
  return true;
}

void load_free(struct load* load) {
  for (unsigned i = 0; load->clients && i < load->options->peers; i++) {
    SSL_free(load->clients[i].ssl);
    SSL_SESSION_free(load->clients[i].session);
    if (load->clients[i].fd >= 0) close(load->clients[i].fd);
  }
  free(load->clients);
  samples_free(&load->result.latency);
  BIO_free(load->bio);
  SSL_CTX_free(load->context);
  if (load->poll >= 0) close(load->poll);
}

void client_begin(struct load* load, struct client* client) {
  client->started = now_ns();
  client->state = CLIENT_CONNECTING;
  client->ssl = SSL_new(load->context);
  if (!client->ssl) abort();  // no memory: nothing sensible can be measured
  SSL_set_connect_state(client->ssl);
  wire_attach(load->bio, client->ssl);
  if (client->session && SSL_set_session(client->ssl, client->session) != 1) abort();
  wire_present(&load->wire, NULL, 0);
  client_continue(client);
}

// Whether the handshake was of the kind that was wanted. A server that renewed the
// ticket did more than the other one: that is not it either.
static bool is_as_wanted(const struct client* client) {
  bool resumed = SSL_session_reused(client->ssl) == 1;
  return client->session ? resumed && SSL_get_session(client->ssl) == client->session : !resumed;
}

int client_continue(struct client* client) {
  ERR_clear_error();
  int result = SSL_do_handshake(client->ssl);
  if (result == 1) {
    client->state = CLIENT_OPEN;
    return is_as_wanted(client) ? 1 : -1;
  }
  return SSL_get_error(client->ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool client_keep_session(struct client* client, enum resumption kind) {
  SSL_SESSION* session = SSL_get1_session(client->ssl);
  bool wanted = session && SSL_SESSION_is_resumable(session) &&
                SSL_SESSION_has_ticket(session) == (kind == RESUME_TICKET);
  if (wanted) {
    SSL_SESSION_free(client->session);
    client->session = session;
  } else {
    SSL_SESSION_free(session);
  }
  return wanted;
}

void client_end(struct load* load, struct client* client) {
  if (client->state == CLIENT_OPEN) {
    wire_present(&load->wire, NULL, 0);
    SSL_shutdown(client->ssl);
  }
  SSL_free(client->ssl);
  client->ssl = NULL;
  client->state = CLIENT_IDLE;
}

void client_flush(struct load* load, struct client* client) {
  load->outbox.fd = client->fd;
  outbox_flush(&load->outbox);
}

unsigned client_receive(struct load* load, struct client* client) {
  unsigned count = inbox_receive(&load->inbox, client->fd);
  load->result.datagrams_in += count;
  return count;
}

bool client_present(struct load* load, struct client* client, unsigned i) {
  const unsigned char* datagram = load->inbox.bytes[i];
  unsigned length = load->inbox.headers[i].msg_len;
  if (length < RECORD_HEADER) return false;
  bool encrypted_alert = datagram[0] == TYPE_ALERT && (datagram[3] || datagram[4]);
  if (encrypted_alert && client->state != CLIENT_OPEN) load->result.close_replies++;
  if (client->state == CLIENT_IDLE || (encrypted_alert && client->state != CLIENT_OPEN)) {
    return false;
  }
  wire_present(&load->wire, datagram, length);
  return true;
}
