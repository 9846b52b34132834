#include <openssl/err.h>
#include <stdlib.h>

#include "load.h"

enum { RECORD_HEADER = 13, TYPE_ALERT = 21 };

void client_begin(struct load* load, struct client* client) {
  client->started = now_ns();
  client->state = CLIENT_CONNECTING;
  client->answered = false;
  client->ssl = SSL_new(load->context);
  if (!client->ssl) abort();  // no memory: nothing sensible can be measured
  SSL_set_connect_state(client->ssl);
  wire_attach(load->bio, client->ssl);
  if (client->session && SSL_set_session(client->ssl, client->session) != 1) abort();
  wire_present(&load->wire, NULL, 0);
  client_continue(load, client);
}

// Whether the handshake was of the kind that was wanted. A server that renewed the
// ticket did more than the other one: that is not it either.
static bool is_as_wanted(const struct client* client) {
  bool resumed = SSL_session_reused(client->ssl) == 1;
  return client->session ? resumed && SSL_get_session(client->ssl) == client->session : !resumed;
}

int client_continue(struct load* load, struct client* client) {
  load_select(load, client);
  ERR_clear_error();
  int result = SSL_do_handshake(client->ssl);
  if (result == 1) {
    client->state = CLIENT_OPEN;
    return is_as_wanted(client) ? 1 : -1;
  }
  return SSL_get_error(client->ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

int client_repeat(struct load* load, struct client* client) {
  load_select(load, client);
  return (int)DTLSv1_handle_timeout(client->ssl);
}

bool client_keep_session(struct client* client, enum resumption kind) {
  SSL_SESSION* session = SSL_get1_session(client->ssl);
  bool wanted =
      session && SSL_SESSION_is_resumable(session) && SSL_SESSION_has_ticket(session) == (kind == RESUME_TICKET);
  if (wanted) {
    SSL_SESSION_free(client->session);
    client->session = session;
  } else {
    SSL_SESSION_free(session);
  }
  return wanted;
}

bool client_lighten(struct client* client) {
  bool taken = light_association_take(&client->association, client->ssl);
  SSL_free(client->ssl);
  client->ssl = NULL;
  if (!taken) client->state = CLIENT_IDLE;
  return taken;
}

void client_end(struct load* load, struct client* client) {
  load_select(load, client);
  if (client->state == CLIENT_OPEN && client->ssl) {
    wire_present(&load->wire, NULL, 0);
    SSL_shutdown(client->ssl);
  } else if (client->state == CLIENT_OPEN) {
    size_t length = light_close(&client->association, outbox_reserve(&load->outbox));
    outbox_commit(&load->outbox, length, &load->server);
  }
  client_forget(client);
}

void client_forget(struct client* client) {
  SSL_free(client->ssl);
  client->ssl = NULL;
  client->state = CLIENT_IDLE;
}

bool client_present(struct load* load, struct client* client, unsigned i) {
  const unsigned char* datagram = load->inbox.bytes[i];
  unsigned length = load->inbox.headers[i].msg_len;
  if (length < RECORD_HEADER) return false;
  bool encrypted_alert = datagram[0] == TYPE_ALERT && (datagram[3] || datagram[4]);
  if (encrypted_alert && client->state != CLIENT_OPEN) load->result.close_replies++;
  if (client->state != CLIENT_CONNECTING || encrypted_alert) return false;
  wire_present(&load->wire, datagram, length);
  return true;
}
