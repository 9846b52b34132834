// UDP in batches: one recvmmsg fills an inbox, one sendmmsg empties an outbox.
//
// Both are plain structs of fixed size, allocated once by their owner and never
// shared between threads.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
  BATCH_SIZE = 32,       // the gain of recvmmsg is flat from about 20 on
  DATAGRAM_SIZE = 2048,  // above every MTU used here
};

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

struct inbox {
  struct mmsghdr headers[BATCH_SIZE];
  struct iovec vectors[BATCH_SIZE];
  union address from[BATCH_SIZE];
  unsigned char bytes[BATCH_SIZE][DATAGRAM_SIZE];
};

struct outbox {
  int fd;  // where outbox_flush() sends; may be changed while the outbox is empty
  unsigned count;
  uint64_t sent;     // datagrams given to the kernel, ever
  uint64_t dropped;  // datagrams that the kernel refused, ever
  struct mmsghdr headers[BATCH_SIZE];
  struct iovec vectors[BATCH_SIZE];
  union address to[BATCH_SIZE];
  unsigned char bytes[BATCH_SIZE][DATAGRAM_SIZE];
};

// Length of the part of `address` that its family uses.
socklen_t address_length(const union address* address);
bool address_equal(const union address* left, const union address* right);

// Parses a numeric host and a port; false when it is neither IPv4 nor IPv6.
bool address_parse(const char* host, unsigned port, union address* address);

// A non-blocking UDP socket with large buffers, or -1 with errno set.
int udp_open(int family);

void inbox_init(struct inbox* inbox);

// Receives up to BATCH_SIZE datagrams; 0 when none wait. Datagram i is
// inbox->bytes[i] with inbox->headers[i].msg_len bytes, valid until the next call.
// Errors reported through ICMP are swallowed: they say nothing about other peers.
unsigned inbox_receive(struct inbox* inbox, int fd);

void outbox_init(struct outbox* outbox, int fd);

// Space for one datagram of up to DATAGRAM_SIZE bytes, valid until it is committed.
// Flushes first when the outbox is full, so it never fails.
unsigned char* outbox_reserve(struct outbox* outbox);

// Queues the reserved datagram. `to` is copied; NULL means a connected socket.
void outbox_commit(struct outbox* outbox, size_t length, const union address* to);

// Sends everything. What the kernel refuses is dropped and counted, as UDP would.
void outbox_flush(struct outbox* outbox);
