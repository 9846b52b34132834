// UDP in batches: one recvmmsg fills an inbox, one sendmmsg empties an outbox.
//
// Both are plain structs of fixed size, allocated once by their owner and never
// shared between threads. A socket that is bound to no address may send from any
// address of the host, and learn to which one a datagram came (IP_PKTINFO).
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

// A control message that holds nothing but an IP_PKTINFO, as the kernel lays it out.
struct packet_info {
  size_t length;
  int level, type;
  struct in_pktinfo info;
};
_Static_assert(sizeof(struct packet_info) == CMSG_SPACE(sizeof(struct in_pktinfo)), "is a control message");
_Static_assert(offsetof(struct packet_info, info) == CMSG_LEN(0), "is a control message");

struct inbox {
  bool destinations;  // whether inbox_destination() may be asked
  struct mmsghdr headers[BATCH_SIZE];
  struct iovec vectors[BATCH_SIZE];
  union address from[BATCH_SIZE];
  struct packet_info info[BATCH_SIZE];
  unsigned char bytes[BATCH_SIZE][DATAGRAM_SIZE];
};

struct outbox {
  int fd;                 // where outbox_flush() sends; may be changed while the outbox is empty
  struct in_addr source;  // of what is committed from now on; INADDR_ANY: the kernel's choice
  unsigned count;
  uint64_t sent;     // datagrams given to the kernel, ever
  uint64_t dropped;  // datagrams that the kernel refused, ever
  struct mmsghdr headers[BATCH_SIZE];
  struct iovec vectors[BATCH_SIZE];
  union address to[BATCH_SIZE];
  struct packet_info info[BATCH_SIZE];
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

// Makes the socket, and this inbox, tell for each datagram to which IPv4 address it came. False with errno set.
bool inbox_ask_destinations(struct inbox* inbox, int fd);

// Receives up to BATCH_SIZE datagrams; 0 when none wait. Datagram i is
// inbox->bytes[i] with inbox->headers[i].msg_len bytes, valid until the next call.
// Errors reported through ICMP are swallowed: they say nothing about other peers.
unsigned inbox_receive(struct inbox* inbox, int fd);

// The address to which datagram i came; INADDR_ANY where the kernel did not say.
struct in_addr inbox_destination(const struct inbox* inbox, unsigned i);

void outbox_init(struct outbox* outbox, int fd);

// Space for one datagram of up to DATAGRAM_SIZE bytes, valid until it is committed.
// Flushes first when the outbox is full, so it never fails.
unsigned char* outbox_reserve(struct outbox* outbox);

// Queues the reserved datagram. `to` is copied; NULL means a connected socket.
void outbox_commit(struct outbox* outbox, size_t length, const union address* to);

// Sends everything. What the kernel refuses is dropped and counted, as UDP would.
void outbox_flush(struct outbox* outbox);
