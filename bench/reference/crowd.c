#include "crowd.h"

#include <errno.h>
#include <unistd.h>

enum { FIRST_ADDRESS = 0x7f010000 };  // 127.1.0.0: the server may have 127.0.0.1

int crowd_open(struct inbox* inbox) {
  int fd = udp_open(AF_INET);
  if (fd < 0) return -1;
  const struct sockaddr_in any = {.sin_family = AF_INET};
  if (bind(fd, (const struct sockaddr*)&any, sizeof any) < 0 || !inbox_ask_destinations(inbox, fd)) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

struct in_addr crowd_address(unsigned index) {
  return (struct in_addr){htonl(FIRST_ADDRESS + index)};
}

unsigned crowd_member(const struct inbox* inbox, unsigned i) {
  // What lies before the first address becomes a very large number.
  return ntohl(inbox_destination(inbox, i).s_addr) - FIRST_ADDRESS;
}
