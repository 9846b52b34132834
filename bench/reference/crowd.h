// A crowd of UDP clients behind one socket.
//
// All of 127.0.0.0/8 is local to the host, so each member has an IPv4 address of its
// own there, and all have the port of the one socket. A server cannot tell them from
// as many hosts; here a hundred thousand of them take one descriptor, and what the
// kernel does to find the receiver of a reply does not depend on their number.
#pragma once

#include "datagrams.h"

enum { CROWD_MAX = 0x7e0000 };  // members; the addresses behind are left to floods

// A non-blocking socket for a crowd, or -1 with errno set. `inbox` is told to ask for destinations.
int crowd_open(struct inbox* inbox);

// The address of member `index`, which is less than CROWD_MAX.
struct in_addr crowd_address(unsigned index);

// The member to whose address datagram i of the inbox came; `members` or more when it is none.
unsigned crowd_member(const struct inbox* inbox, unsigned i);
