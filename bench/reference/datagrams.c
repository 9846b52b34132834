#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { SOCKET_BUFFER_SIZE = 4 * 1024 * 1024 };  // a storm of hellos must fit

socklen_t address_length(const union address* address) {
  return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

bool address_equal(const union address* left, const union address* right) {
  if (left->any.sa_family != right->any.sa_family) return false;
  if (left->any.sa_family == AF_INET) {
    return left->v4.sin_port == right->v4.sin_port && left->v4.sin_addr.s_addr == right->v4.sin_addr.s_addr;
  }
  return left->v6.sin6_port == right->v6.sin6_port && left->v6.sin6_scope_id == right->v6.sin6_scope_id &&
         memcmp(&left->v6.sin6_addr, &right->v6.sin6_addr, sizeof left->v6.sin6_addr) == 0;
}

bool address_parse(const char* host, unsigned port, union address* address) {
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons((uint16_t)port);
    return true;
  }
  if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)port);
    return true;
  }
  return false;
}

int udp_open(int family) {
  int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int size = SOCKET_BUFFER_SIZE;
  // Best effort: the kernel caps both at its own maximum.
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return fd;
}

void inbox_init(struct inbox* inbox) {
  inbox->destinations = false;
  memset(inbox->headers, 0, sizeof inbox->headers);
  for (unsigned i = 0; i < BATCH_SIZE; i++) {
    inbox->vectors[i] = (struct iovec){inbox->bytes[i], DATAGRAM_SIZE};
    inbox->headers[i].msg_hdr.msg_iov = &inbox->vectors[i];
    inbox->headers[i].msg_hdr.msg_iovlen = 1;
    inbox->headers[i].msg_hdr.msg_name = &inbox->from[i];
    inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->from[i];
  }
}

bool inbox_ask_destinations(struct inbox* inbox, int fd) {
  int on = 1;
  if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0) return false;
  inbox->destinations = true;
  for (unsigned i = 0; i < BATCH_SIZE; i++) {
    inbox->headers[i].msg_hdr.msg_control = &inbox->info[i];
    inbox->headers[i].msg_hdr.msg_controllen = sizeof inbox->info[i];
  }
  return true;
}

unsigned inbox_receive(struct inbox* inbox, int fd) {
  int count = recvmmsg(fd, inbox->headers, BATCH_SIZE, MSG_DONTWAIT, NULL);
  if (count <= 0) return 0;
  // The kernel shortened the lengths of the slots that it used.
  for (int i = 0; i < count; i++) {
    inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->from[i];
    if (inbox->destinations) inbox->headers[i].msg_hdr.msg_controllen = sizeof inbox->info[i];
  }
  return (unsigned)count;
}

struct in_addr inbox_destination(const struct inbox* inbox, unsigned i) {
  const struct packet_info* control = &inbox->info[i];
  const bool told = inbox->destinations && control->level == IPPROTO_IP && control->type == IP_PKTINFO;
  return told ? control->info.ipi_addr : (struct in_addr){htonl(INADDR_ANY)};
}

void outbox_init(struct outbox* outbox, int fd) {
  memset(outbox, 0, sizeof *outbox);
  outbox->fd = fd;
  for (unsigned i = 0; i < BATCH_SIZE; i++) {
    outbox->vectors[i].iov_base = outbox->bytes[i];
    outbox->headers[i].msg_hdr.msg_iov = &outbox->vectors[i];
    outbox->headers[i].msg_hdr.msg_iovlen = 1;
    outbox->info[i] = (struct packet_info){CMSG_LEN(sizeof(struct in_pktinfo)), IPPROTO_IP, IP_PKTINFO, {0}};
  }
}

// Lets datagram i leave from outbox->source.
static void set_source(struct outbox* outbox, unsigned i) {
  struct msghdr* header = &outbox->headers[i].msg_hdr;
  const bool any = outbox->source.s_addr == htonl(INADDR_ANY);
  header->msg_control = any ? NULL : &outbox->info[i];
  header->msg_controllen = any ? 0 : sizeof outbox->info[i];
  outbox->info[i].info.ipi_spec_dst = outbox->source;
}

unsigned char* outbox_reserve(struct outbox* outbox) {
  if (outbox->count == BATCH_SIZE) outbox_flush(outbox);
  return outbox->bytes[outbox->count];
}

void outbox_commit(struct outbox* outbox, size_t length, const union address* to) {
  unsigned i = outbox->count++;
  struct msghdr* header = &outbox->headers[i].msg_hdr;
  outbox->vectors[i].iov_len = length;
  set_source(outbox, i);
  if (to) {
    outbox->to[i] = *to;
    header->msg_name = &outbox->to[i];
    header->msg_namelen = address_length(to);
  } else {
    header->msg_name = NULL;
    header->msg_namelen = 0;
  }
}

void outbox_flush(struct outbox* outbox) {
  unsigned done = 0;
  while (done < outbox->count) {
    int sent = sendmmsg(outbox->fd, outbox->headers + done, outbox->count - done, 0);
    if (sent > 0) {
      done += (unsigned)sent;
      outbox->sent += (unsigned)sent;
    } else if (errno != EINTR) {
      done++;  // only the first of the rest was refused
      outbox->dropped++;
    }
  }
  outbox->count = 0;
}
