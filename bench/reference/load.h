// The load generator: many DTLS clients in one thread, each on its own UDP port.
//
// The same program loads every server that is compared; it knows nothing of them
// except the process id whose CPU time it reads.
#pragma once

#include "dtls_context.h"
#include "samples.h"

// How handshakes are made: all of them full, or from a session that each client got
// in a full one before the measurement.
enum resumption { RESUME_NONE, RESUME_ID, RESUME_TICKET };

struct load_options {
  const char* mode;  // "handshake", "echo" or "hold"
  const char* host;
  unsigned port;
  unsigned peers;       // sockets, each with its own source port
  unsigned window;      // handshakes under way at once
  unsigned burst;       // echoes outstanding per peer
  unsigned operations;  // handshakes or echoes that are measured
  unsigned size;        // bytes of an echoed message, MESSAGE_MIN at least
  int server_pid;       // 0: no CPU time of the server in the report
  enum resumption resume;
  struct dtls_options dtls;
  bool exit_with_parent;
};

enum { MESSAGE_MIN = 16 };  // a number and a time stamp

enum client_state { CLIENT_IDLE, CLIENT_CONNECTING, CLIENT_OPEN };

struct client {
  int fd;
  enum client_state state;
  SSL* ssl;              // NULL when idle
  SSL_SESSION* session;  // offered in every handshake; NULL: a full one
  uint64_t started;      // of the handshake
  // Echo: messages are numbered from 0; those below `floor` were given up.
  uint64_t next, floor;
  uint64_t progress;  // time of the last send or reply
  unsigned outstanding;
};

// What one measured phase did. Times in nanoseconds.
struct load_result {
  uint64_t operations;       // completed
  uint64_t failures;         // given up, or a reply that was not what had been sent
  uint64_t retransmissions;  // handshake flights repeated, echoes sent in place of lost ones
  uint64_t datagrams_in, datagrams_out;
  uint64_t close_replies;  // close_notify answered by the server
  uint64_t wall, server_cpu, client_cpu;
  struct samples latency;
};

struct load {
  const struct load_options* options;
  union address server;
  SSL_CTX* context;
  BIO* bio;
  struct wire wire;
  struct inbox inbox;
  struct outbox outbox;
  int poll;
  struct client* clients;  // options->peers of them
  struct load_result result;
};

// ---- load_client.c: sockets and single clients

uint64_t now_ns(void);

// Opens all sockets. On failure a message is on stderr; free in any case.
bool load_init(struct load* load, const struct load_options* options);
void load_free(struct load* load);

// Begins a handshake on an idle client. Outgoing datagrams of this and the next
// functions leave with client_flush().
void client_begin(struct load* load, struct client* client);
// Goes on with a handshake after a datagram or a timeout. 1 done, 0 not yet, -1 failed.
// One that resumes no session though it should, or gets another one, has failed.
int client_continue(struct client* client);
// Keeps the session of an open client for all handshakes to come. False when there is
// none of the wanted kind.
bool client_keep_session(struct client* client, enum resumption kind);
// Says close_notify when open, and becomes idle.
void client_end(struct load* load, struct client* client);
void client_flush(struct load* load, struct client* client);

// Receives what waits for a client; the datagrams are in load->inbox.
unsigned client_receive(struct load* load, struct client* client);
// Whether datagram i of the inbox is for the client's present association: filters
// the late close_notify of the one before. Presents it to OpenSSL if so.
bool client_present(struct load* load, struct client* client, unsigned i);

// ---- load_handshake.c

// Runs `total` handshakes, at most `window` at once, going round the clients. With
// `keep` the associations stay open (then `total` is at most the number of clients),
// else each ends with close_notify.
void run_handshakes(struct load* load, unsigned total, unsigned window, bool keep);

// One full handshake of every client, which resumes it from then on.
void run_first_handshakes(struct load* load, unsigned window);

// ---- load_echo.c

// Echoes `total` messages over the open clients. A message that is not answered in
// time is counted as lost and replaced by another.
void run_echoes(struct load* load, unsigned total, unsigned size, unsigned burst);

// ---- load_hold.c

// Opens all clients, lets each say one message, prints {"event":"established"...}
// and keeps everything until a line (or the end) comes on stdin.
void run_hold(struct load* load);
