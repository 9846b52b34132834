#include "load.h"

#include <sys/epoll.h>

enum {
  EVENTS = 64,
  SWEEP_MS = 50,  // grain of retransmission timers
  DRAIN_MS = 30,  // silence after the last close_notify
};
static const uint64_t GIVE_UP = 5000000000u;  // five seconds per handshake

struct round {
  unsigned total, window, started, finished, active;
  unsigned next;  // client to try next: each port rests as long as possible
  bool keep;
};

// Starts handshakes until the window is full or no client is idle.
static void begin(struct load* load, struct round* round) {
  unsigned peers = load->options->peers;
  for (unsigned tried = 0; tried < peers; tried++) {
    if (round->active == round->window || round->started == round->total) return;
    struct client* client = &load->clients[round->next];
    round->next = (round->next + 1) % peers;
    if (client->state != CLIENT_IDLE) continue;
    client_begin(load, client);
    client_flush(load, client);
    round->started++;
    round->active++;
  }
}

static void finish(struct load* load, struct client* client, struct round* round, bool failed) {
  round->active--;
  round->finished++;
  if (failed) {
    load->result.failures++;
  } else {
    load->result.operations++;
    samples_add(&load->result.latency, now_ns() - client->started);
  }
  if (failed || !round->keep) client_end(load, client);
}

static void receive(struct load* load, struct client* client, struct round* round) {
  unsigned count = client_receive(load, client);
  for (unsigned i = 0; i < count; i++) {
    if (!client_present(load, client, i) || client->state != CLIENT_CONNECTING) continue;
    int result = client_continue(client);
    if (result != 0) finish(load, client, round, result < 0);
  }
  wire_present(&load->wire, NULL, 0);
  client_flush(load, client);
}

static void sweep(struct load* load, struct round* round) {
  for (unsigned i = 0; i < load->options->peers; i++) {
    struct client* client = &load->clients[i];
    if (client->state != CLIENT_CONNECTING) continue;
    int expired = DTLSv1_handle_timeout(client->ssl);
    if (expired > 0) load->result.retransmissions++;
    if (expired < 0 || now_ns() - client->started > GIVE_UP) finish(load, client, round, true);
    client_flush(load, client);
  }
}

void run_handshakes(struct load* load, unsigned total, unsigned window, bool keep) {
  struct round round = {.total = total, .window = window, .keep = keep};
  struct epoll_event events[EVENTS];
  uint64_t swept = now_ns();
  bool drained = false;
  while (!drained) {
    begin(load, &round);
    bool done = round.finished == round.total;
    int count = epoll_wait(load->poll, events, EVENTS, done ? DRAIN_MS : SWEEP_MS);
    for (int i = 0; i < count; i++) receive(load, events[i].data.ptr, &round);
    drained = done && count <= 0;
    if (now_ns() - swept > SWEEP_MS * 1000000u) {
      sweep(load, &round);
      swept = now_ns();
    }
  }
}

void run_first_handshakes(struct load* load, unsigned window) {
  const unsigned peers = load->options->peers;
  run_handshakes(load, peers, window, true);
  for (unsigned i = 0; i < peers; i++) {
    struct client* client = &load->clients[i];
    if (client->state != CLIENT_OPEN) continue;  // its failure is counted already
    if (!client_keep_session(client, load->options->resume)) load->result.failures++;
    client_end(load, client);
    client_flush(load, client);
  }
  // Nothing of this may fall into a measurement.
  struct epoll_event events[EVENTS];
  for (int count; (count = epoll_wait(load->poll, events, EVENTS, DRAIN_MS)) > 0;) {
    for (int i = 0; i < count; i++) client_receive(load, events[i].data.ptr);
  }
}
