#include <stdlib.h>

#include "load.h"

enum {
  SWEEP_MS = 50,  // grain of retransmission timers
  DRAIN_MS = 30,  // silence after the last close_notify
  RECORD_HEADER = 13,
  TYPE_HANDSHAKE = 22,
  SERVER_HELLO = 2,
};
static const uint64_t GIVE_UP = 5000000000u;      // five seconds per handshake
static const uint64_t NOT_ADMITTED = 900000000u;  // a half-open one: before it would repeat its hello

struct round {
  unsigned total, started, finished;
  unsigned next;  // client to try next: each address rests as long as possible
  enum after_handshake then;
  struct client** active;  // the handshakes under way, `count` of them
  unsigned count;
};

// Starts handshakes until the window is full or no client is idle.
static void begin(struct load* load, struct round* round) {
  unsigned peers = load->options->peers;
  for (unsigned tried = 0; tried < peers; tried++) {
    if (round->count == load->options->window || round->started == round->total) return;
    struct client* client = &load->clients[round->next];
    round->next = (round->next + 1) % peers;
    if (client->state != CLIENT_IDLE) continue;
    client_begin(load, client);
    round->active[round->count++] = client;
    round->started++;
  }
}

// What becomes of a client whose handshake succeeded; false when it did not after all.
static bool settle(struct load* load, struct client* client, enum after_handshake then) {
  bool settled = true;
  if (then == NEVER_FINISH) {
    client_forget(client);
  } else if (then == THEN_KEEP) {
    settled = client_lighten(client);
  } else {
    if (then == THEN_KEEP_SESSION) settled = client_keep_session(client, load->options->resume);
    client_end(load, client);
  }
  return settled;
}

static void finish(struct load* load, struct client* client, struct round* round, bool failed) {
  unsigned i = 0;
  while (round->active[i] != client) i++;
  round->active[i] = round->active[--round->count];
  round->finished++;
  const uint64_t latency = now_ns() - client->started;
  if (failed) client_end(load, client);
  if (failed || !settle(load, client, round->then)) {
    load->result.failures++;
    return;
  }
  load->result.operations++;
  samples_add(&load->result.latency, latency);
}

static bool is_server_hello(const struct inbox* inbox, unsigned i) {
  return inbox->headers[i].msg_len > RECORD_HEADER && inbox->bytes[i][0] == TYPE_HANDSHAKE &&
         inbox->bytes[i][RECORD_HEADER] == SERVER_HELLO;
}

static void receive(struct load* load, struct round* round, unsigned i) {
  struct client* client = load_receiver(load, i);
  if (!client || !client_present(load, client, i)) return;
  const bool half_open = round->then == NEVER_FINISH && is_server_hello(&load->inbox, i);
  const int result = half_open ? 1 : client_continue(load, client);
  if (result != 0) finish(load, client, round, result < 0);
}

static void sweep(struct load* load, struct round* round) {
  const uint64_t now = now_ns();
  const uint64_t patience = round->then == NEVER_FINISH ? NOT_ADMITTED : GIVE_UP;
  wire_present(&load->wire, NULL, 0);
  for (unsigned i = round->count; i-- > 0;) {  // from the end: finish() moves the last one
    struct client* client = round->active[i];
    if (now > client->started + patience) {
      finish(load, client, round, true);
      continue;
    }
    const int repeated = client_repeat(load, client);
    if (repeated > 0) load->result.retransmissions++;
    if (repeated < 0) finish(load, client, round, true);
  }
}

void run_handshakes(struct load* load, unsigned total, enum after_handshake then) {
  struct round round = {.total = total, .then = then};
  round.active = calloc(load->options->window, sizeof *round.active);
  if (!round.active) abort();
  uint64_t swept = now_ns();
  bool drained = false;
  while (!drained) {
    begin(load, &round);
    outbox_flush(&load->outbox);
    const bool done = round.finished == round.total;
    const unsigned count = load_receive(load, done ? DRAIN_MS : SWEEP_MS);
    for (unsigned i = 0; i < count; i++) receive(load, &round, i);
    wire_present(&load->wire, NULL, 0);
    drained = done && count == 0;
    if (now_ns() - swept > SWEEP_MS * 1000000u) {
      sweep(load, &round);
      swept = now_ns();
    }
    outbox_flush(&load->outbox);
  }
  free(round.active);
}
