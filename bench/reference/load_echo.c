#include "load.h"

#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS = 64, SWEEP_MS = 50, MESSAGE_MAX = 16384 };
static const uint64_t LOST_AFTER = 500000000u;       // silence of one peer
static const uint64_t STALLED_AFTER = 10000000000u;  // silence of the server

struct round {
  uint64_t total;    // replies wanted
  uint64_t issued;   // messages sent, less those given up
  uint64_t replies;  // received and right
  uint64_t progress;
  unsigned size, burst;
  bool broken;                         // an association failed: the rest would never come
  unsigned char message[MESSAGE_MAX];  // number, time stamp, then a fixed pattern
};

// Sends until `burst` messages of this client are outstanding.
static void fill(struct client* client, struct round* round) {
  uint64_t now = now_ns();
  while (client->outstanding < round->burst && round->issued < round->total) {
    memcpy(round->message, &client->next, sizeof client->next);
    memcpy(round->message + 8, &now, sizeof now);
    if (SSL_write(client->ssl, round->message, (int)round->size) != (int)round->size) {
      round->broken = true;
      return;
    }
    client->next++;
    client->outstanding++;
    round->issued++;
  }
  client->progress = now;
}

// One decrypted reply: must carry a number that is still waited for, and our pattern.
static void take_reply(struct load* load, struct client* client, struct round* round, const unsigned char* reply,
                       int length) {
  uint64_t number, sent;
  memcpy(&number, reply, sizeof number);
  memcpy(&sent, reply + 8, sizeof sent);
  if (length >= MESSAGE_MIN && number < client->floor) return;  // late, replaced already
  if (length != (int)round->size || number >= client->next || client->outstanding == 0 ||
      memcmp(reply + MESSAGE_MIN, round->message + MESSAGE_MIN, round->size - MESSAGE_MIN) != 0) {
    load->result.failures++;
    return;
  }
  uint64_t now = now_ns();
  client->outstanding--;
  client->progress = now;
  round->progress = now;
  round->replies++;
  samples_add(&load->result.latency, now - sent);
}

static void receive(struct load* load, struct client* client, struct round* round) {
  static unsigned char reply[MESSAGE_MAX];
  unsigned count = client_receive(load, client);
  for (unsigned i = 0; i < count; i++) {
    if (!client_present(load, client, i)) continue;
    int length = SSL_read(client->ssl, reply, sizeof reply);
    if (length > 0) {
      take_reply(load, client, round, reply, length);
    } else if (SSL_get_error(client->ssl, length) != SSL_ERROR_WANT_READ) {
      round->broken = true;
    }
  }
  wire_present(&load->wire, NULL, 0);
  if (!round->broken) fill(client, round);
  client_flush(load, client);
}

// Gives up what has been silent for too long and sends anew.
static void sweep(struct load* load, struct round* round) {
  uint64_t now = now_ns();
  for (unsigned i = 0; i < load->options->peers; i++) {
    struct client* client = &load->clients[i];
    if (client->state != CLIENT_OPEN || now - client->progress < LOST_AFTER) continue;
    load->result.retransmissions += client->outstanding;
    round->issued -= client->outstanding;
    client->outstanding = 0;
    client->floor = client->next;
    fill(client, round);
    client_flush(load, client);
  }
}

void run_echoes(struct load* load, unsigned total, unsigned size, unsigned burst) {
  static struct round round;
  struct epoll_event events[EVENTS];
  round = (struct round){.total = total, .size = size, .burst = burst, .progress = now_ns()};
  for (unsigned i = 0; i < size; i++) round.message[i] = (unsigned char)(i * 7);
  ERR_clear_error();
  for (unsigned i = 0; i < load->options->peers; i++) {
    if (load->clients[i].state != CLIENT_OPEN) continue;
    fill(&load->clients[i], &round);
    client_flush(load, &load->clients[i]);
  }
  uint64_t swept = now_ns();
  while (round.replies < round.total && !round.broken) {
    int count = epoll_wait(load->poll, events, EVENTS, SWEEP_MS);
    for (int i = 0; i < count; i++) receive(load, events[i].data.ptr, &round);
    uint64_t now = now_ns();
    if (now - round.progress > STALLED_AFTER) break;
    if (now - swept < SWEEP_MS * 1000000u) continue;
    sweep(load, &round);
    swept = now;
  }
  load->result.operations += round.replies;
  load->result.failures += round.total - round.replies;
}
