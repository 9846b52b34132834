// The load generator: many DTLS clients in one thread, a crowd behind one socket.
//
// The same program loads every server that is compared; it knows nothing of them
// except the process id whose CPU time it reads.
#pragma once

#include "crowd.h"
#include "dtls_context.h"
#include "light_association.h"
#include "samples.h"

enum mode {
  MODE_HANDSHAKE,  // associations begin and end
  MODE_ECHO,       // messages over established associations
  MODE_HOLD,       // associations are established, then say nothing more
  MODE_HALF_OPEN,  // handshakes begin and are never finished
  MODE_FLOOD,      // hellos without a cookie, while some established clients measure their round trip
};

// How handshakes are made: all of them full, or from a session that each client got
// in a full one before the measurement.
enum resumption { RESUME_NONE, RESUME_ID, RESUME_TICKET };

struct load_options {
  enum mode mode;
  unsigned port;        // of the server on 127.0.0.1
  unsigned peers;       // clients, each with an address of its own
  unsigned window;      // handshakes, or echoes, under way at once
  unsigned operations;  // handshakes or echoes that are measured
  unsigned size;        // bytes of an echoed message, MESSAGE_MIN at least
  unsigned rate;        // of a flood: hellos per second, RATE_UNLIMITED: as many as this program can send
  unsigned seconds;     // that a flood lasts
  int server_pid;       // 0: no CPU time of the server in the report
  enum resumption resume;
  struct dtls_options dtls;
  bool exit_with_parent;
};

enum { MESSAGE_MIN = 24, MESSAGE_MAX = WIRE_MTU - LIGHT_OVERHEAD };
#define RATE_UNLIMITED 0xffffffffu

enum client_state { CLIENT_IDLE, CLIENT_CONNECTING, CLIENT_OPEN };

struct client {
  enum client_state state;
  SSL* ssl;              // NULL when idle, and when open with the light association
  SSL_SESSION* session;  // offered in every handshake; NULL: a full one
  uint64_t started;      // of the handshake
  struct light_association association;
  bool answered;  // the server has echoed a message of this association
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
  struct client* clients;  // options->peers of them
  struct load_result result;
};

// ---- load_crowd.c: all clients together

uint64_t now_ns(void);

// On failure a message is on stderr; free in any case.
bool load_init(struct load* load, const struct load_options* options);
void load_free(struct load* load);

// Makes `client` the sender of what goes to the outbox from now on.
void load_select(struct load* load, const struct client* client);
// Waits for datagrams, receives a batch of those of clients and returns its size; 0 after `milliseconds` without any.
unsigned load_receive(struct load* load, int milliseconds);
// To whom datagram i of the batch is; NULL when it is to none, or not from the server.
struct client* load_receiver(struct load* load, unsigned i);
// Lets every open client say close_notify.
void load_end_all(struct load* load);

// ---- load_client.c: single clients. What they send stays in the outbox; the caller flushes it.

// Begins a handshake on an idle client.
void client_begin(struct load* load, struct client* client);
// Goes on with a handshake after a datagram. 1 done, 0 not yet, -1 failed. One that
// resumes no session though it should, or gets another one, has failed.
int client_continue(struct load* load, struct client* client);
// Repeats what is due. 1 repeated, 0 nothing was due, -1 failed.
int client_repeat(struct load* load, struct client* client);
// Keeps the session of an open client for all handshakes to come. False when there is
// none of the wanted kind.
bool client_keep_session(struct client* client, enum resumption kind);
// Keeps no more of an open client than its light association.
bool client_lighten(struct client* client);
// Says close_notify when open, and becomes idle.
void client_end(struct load* load, struct client* client);
// Becomes idle and says nothing.
void client_forget(struct client* client);
// Whether datagram i of the batch is for the client's present handshake: filters
// the late close_notify of the association before. Presents it to OpenSSL if so.
bool client_present(struct load* load, struct client* client, unsigned i);

// ---- load_handshake.c

enum after_handshake {
  THEN_CLOSE,         // with close_notify
  THEN_KEEP,          // the association stays open
  THEN_KEEP_SESSION,  // closes, and resumes this session from then on
  NEVER_FINISH,       // forgets the handshake once the ServerHello is there: it stays half-open
};

// Runs `total` handshakes, at most options->window at once, going round the clients.
// `total` is at most the number of clients where they stay open.
void run_handshakes(struct load* load, unsigned total, enum after_handshake then);

// ---- load_echo.c

enum echo_order {
  EACH_ONCE,     // until every client has had an answer; `total` is their number
  RANDOM_ORDER,  // any client at any time
};

// Echoes `total` messages over the open clients, options->window under way at once.
// What is not answered in time is counted as lost and sent again.
void run_echoes(struct load* load, unsigned total, enum echo_order order);

// ---- load_flood.c

// Floods the server while the open clients measure their round trip, and prints a report.
void run_flood(struct load* load);

// ---- load_report.c

// CPU time of all threads of a process, user and system, ended threads included;
// nanoseconds, 0 for process 0. Ends the program when there is no such process.
uint64_t process_cpu(int pid);
// Forgets what was before, so that only what lies between these two is reported.
void report_begin(struct load* load);
void report_end(struct load* load);
// Prints one line of JSON.
void report_event(const char* event, const struct load* load);
