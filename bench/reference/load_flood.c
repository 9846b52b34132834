#include <inttypes.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

enum {
  FLOOD_FIRST_ADDRESS = 0x7f800000,  // 127.128.0.0, behind the crowd
  FLOOD_ADDRESSES = 0x400000,        // four million, gone round
  HELLO_RANDOM = 13 + 12 + 2 + 4,    // where the random bytes of a ClientHello lie, behind its time
  PROBE_INTERVAL = 1000000,          // nanoseconds between two messages of established clients
  DRAINS_PER_TURN = 4,               // batches of answers that are taken before the next hellos are sent
  GRACE_MS = 500,                    // for replies that are still on their way in the end
};

// ClientHellos without a cookie from millions of addresses. Its own socket takes the
// HelloVerifyRequests; what the kernel drops there for want of room was answered too.
struct flood {
  int fd;
  struct inbox inbox;
  struct outbox outbox;
  unsigned char hello[DATAGRAM_SIZE];
  size_t hello_length;
  uint64_t sent, received;
};

// One message at a time from client to client: what others notice of the flood.
struct probes {
  uint64_t sent, replies;
  uint64_t due;
};

// The first flight of a handshake, taken out of the outbox before it is sent. An open
// client lends its place and gets it back as it was.
static void record_hello(struct load* load, struct flood* flood) {
  struct client* writer = &load->clients[0];
  const struct client open = *writer;
  client_begin(load, writer);
  flood->hello_length = load->outbox.vectors[0].iov_len;
  memcpy(flood->hello, load->outbox.bytes[0], flood->hello_length);
  load->outbox.count = 0;
  client_forget(writer);
  *writer = open;
}

static bool flood_open(struct load* load, struct flood* flood) {
  inbox_init(&flood->inbox);
  flood->fd = crowd_open(&flood->inbox);
  if (flood->fd < 0) return false;
  outbox_init(&flood->outbox, flood->fd);
  record_hello(load, flood);
  return true;
}

static void send_hellos(struct load* load, struct flood* flood) {
  for (unsigned i = 0; i < BATCH_SIZE; i++) {
    const uint32_t number = (uint32_t)flood->sent++;
    memcpy(flood->hello + HELLO_RANDOM, &number, sizeof number);
    flood->outbox.source.s_addr = htonl(FLOOD_FIRST_ADDRESS + number % FLOOD_ADDRESSES);
    memcpy(outbox_reserve(&flood->outbox), flood->hello, flood->hello_length);
    outbox_commit(&flood->outbox, flood->hello_length, &load->server);
  }
  outbox_flush(&flood->outbox);
}

static void take_answers(struct flood* flood) {
  unsigned count = BATCH_SIZE;
  for (unsigned i = 0; i < DRAINS_PER_TURN && count == BATCH_SIZE; i++) {
    count = inbox_receive(&flood->inbox, flood->fd);
    flood->received += count;
  }
}

static uint64_t answers(const struct flood* flood) {
  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof memory;
  if (getsockopt(flood->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0) return flood->received;
  return flood->received + memory[SK_MEMINFO_DROPS];
}

static void send_probe(struct load* load, struct probes* probes, uint64_t now) {
  unsigned char message[MESSAGE_MAX] = {0};
  struct client* client = &load->clients[probes->sent++ % load->options->peers];
  memcpy(message, &now, sizeof now);
  load_select(load, client);
  size_t length = light_seal(&client->association, LIGHT_APPLICATION_DATA, message, load->options->size,
                             outbox_reserve(&load->outbox));
  outbox_commit(&load->outbox, length, &load->server);
  outbox_flush(&load->outbox);
  probes->due = now + PROBE_INTERVAL;
}

static void take_probes(struct load* load, struct probes* probes, int milliseconds) {
  unsigned char reply[DATAGRAM_SIZE];
  uint64_t sent;
  const unsigned count = load_receive(load, milliseconds);
  const uint64_t now = now_ns();
  for (unsigned i = 0; i < count; i++) {
    struct client* client = load_receiver(load, i);
    if (!client || client->state != CLIENT_OPEN) continue;
    int length =
        light_open(&client->association, load->inbox.bytes[i], load->inbox.headers[i].msg_len, reply, sizeof reply);
    if (length != (int)load->options->size) continue;
    memcpy(&sent, reply, sizeof sent);
    probes->replies++;
    samples_add(&load->result.latency, now - sent);
  }
}

// Whether the next batch of hellos may leave without exceeding the rate.
static bool may_send(const struct load_options* options, const struct flood* flood, uint64_t elapsed) {
  if (options->rate == RATE_UNLIMITED) return true;
  return (double)(flood->sent + BATCH_SIZE) <= (double)options->rate * (double)elapsed / 1e9;
}

static void print_report(const struct load* load, const struct flood* flood, const struct probes* probes) {
  const struct load_result* result = &load->result;
  printf("{\"mode\":\"flood\",\"failures\":%" PRIu64 ",\"hellos\":%" PRIu64 ",\"answers\":%" PRIu64
         ",\"wall_seconds\":%.6f,\"server_cpu_seconds\":%.6f,\"probes\":%" PRIu64 ",\"replies\":%" PRIu64
         ",\"latency_us\":{\"p50\":%.1f,\"p99\":%.1f}}\n",
         result->failures, flood->sent, answers(flood), (double)result->wall / 1e9, (double)result->server_cpu / 1e9,
         probes->sent, probes->replies, samples_at(&result->latency, 0.5), samples_at(&result->latency, 0.99));
  fflush(stdout);
}

void run_flood(struct load* load) {
  static struct flood flood;
  const struct load_options* options = load->options;
  const uint64_t duration = (uint64_t)options->seconds * 1000000000u;
  struct probes probes = {0};
  if (!flood_open(load, &flood)) abort();
  report_begin(load);
  const uint64_t begun = now_ns();
  for (uint64_t now = begun; now < begun + duration; now = now_ns()) {
    if (may_send(options, &flood, now - begun)) send_hellos(load, &flood);
    take_answers(&flood);
    if (now >= probes.due) send_probe(load, &probes, now);
    take_probes(load, &probes, 0);
  }
  const uint64_t ended = now_ns();
  while (now_ns() < ended + GRACE_MS * 1000000u) {
    take_answers(&flood);
    take_probes(load, &probes, 10);
  }
  report_end(load);
  load->result.wall = ended - begun;
  print_report(load, &flood, &probes);
  close(flood.fd);
}
