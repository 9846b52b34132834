#include <string.h>

#include "load.h"

enum { WAIT_MS = 50 };
static const uint64_t LOST_AFTER = 500000000u;       // without any reply at all
static const uint64_t STALLED_AFTER = 10000000000u;  // silence of the server

// Stands at the head of each message; a fixed pattern follows.
struct stamp {
  uint64_t number;  // from 0 on in a round
  uint64_t sent;    // when
  uint64_t member;
};

struct round {
  uint64_t total;             // replies wanted
  uint64_t replies;           // received and right
  uint64_t next, floor;       // messages are numbered; those below `floor` were given up
  uint64_t outstanding;       // sent, not answered, not given up
  uint64_t progress, resent;  // times of the last reply, and of the last time that all was given up
  uint64_t random;
  unsigned cursor;  // the client to begin with next, when each has its turn once
  enum echo_order order;
  unsigned char message[MESSAGE_MAX];
};

// xorshift64*: the same order in each run, without a pattern that a cache could use.
static uint64_t draw(struct round* round) {
  round->random ^= round->random >> 12;
  round->random ^= round->random << 25;
  round->random ^= round->random >> 27;
  return round->random * 0x2545f4914f6cdd1du >> 32;
}

// NULL when no client is left to begin with.
static struct client* choose(struct load* load, struct round* round) {
  const unsigned peers = load->options->peers;
  if (round->order == RANDOM_ORDER) return &load->clients[draw(round) * peers >> 32];
  while (round->cursor < peers && load->clients[round->cursor].answered) round->cursor++;
  return round->cursor < peers ? &load->clients[round->cursor++] : NULL;
}

// Sends until the window is full.
static void fill(struct load* load, struct round* round) {
  const uint64_t now = now_ns();
  while (round->outstanding < load->options->window && round->replies + round->outstanding < round->total) {
    struct client* client = choose(load, round);
    if (!client) return;
    const struct stamp stamp = {round->next++, now, (uint64_t)(client - load->clients)};
    memcpy(round->message, &stamp, sizeof stamp);
    load_select(load, client);
    size_t length = light_seal(&client->association, LIGHT_APPLICATION_DATA, round->message, load->options->size,
                               outbox_reserve(&load->outbox));
    outbox_commit(&load->outbox, length, &load->server);
    round->outstanding++;
  }
}

// A decrypted reply must carry a number that is still waited for, and our pattern.
static void take_reply(struct load* load, struct round* round, struct client* client, const unsigned char* reply,
                       int length) {
  const size_t size = load->options->size;
  struct stamp stamp = {0};
  if (length >= (int)sizeof stamp) memcpy(&stamp, reply, sizeof stamp);
  if (length == (int)size && stamp.number < round->floor) return;  // late, replaced already
  if (length != (int)size || stamp.number >= round->next || round->outstanding == 0 ||
      stamp.member != (uint64_t)(client - load->clients) ||
      memcmp(reply + sizeof stamp, round->message + sizeof stamp, size - sizeof stamp) != 0) {
    load->result.failures++;
    return;
  }
  const uint64_t now = now_ns();
  client->answered = true;
  round->outstanding--;
  round->replies++;
  round->progress = now;
  samples_add(&load->result.latency, now - stamp.sent);
}

static void receive(struct load* load, struct round* round, unsigned i) {
  static unsigned char reply[DATAGRAM_SIZE];
  struct client* client = load_receiver(load, i);
  if (!client) return;
  int length =
      light_open(&client->association, load->inbox.bytes[i], load->inbox.headers[i].msg_len, reply, sizeof reply);
  if (length >= 0) take_reply(load, round, client, reply, length);
}

// Gives up all that is outstanding after a silence, so that it is sent again.
static void give_up_lost(struct load* load, struct round* round) {
  const uint64_t now = now_ns();
  if (now < round->progress + LOST_AFTER || now < round->resent + LOST_AFTER) return;
  load->result.retransmissions += round->outstanding;
  round->outstanding = 0;
  round->floor = round->next;
  round->cursor = 0;
  round->resent = now;
}

void run_echoes(struct load* load, unsigned total, enum echo_order order) {
  static struct round round;
  round = (struct round){.total = total, .order = order, .random = 0x9e3779b97f4a7c15u, .progress = now_ns()};
  for (unsigned i = 0; i < load->options->size; i++) round.message[i] = (unsigned char)(i * 7);
  while (round.replies < round.total) {
    fill(load, &round);
    outbox_flush(&load->outbox);
    const unsigned count = load_receive(load, WAIT_MS);
    for (unsigned i = 0; i < count; i++) receive(load, &round, i);
    if (now_ns() > round.progress + STALLED_AFTER) break;
    if (count == 0) give_up_lost(load, &round);
  }
  load->result.operations += round.replies;
  load->result.failures += round.total - round.replies;
}
