// Associations by address: a chained hash table with intrusive nodes, and the list
// of those whose handshake is under way, oldest first.
#pragma once

#include "datagrams.h"

#include <openssl/ssl.h>

struct peer {
  union address address;
  SSL* ssl;  // owned
  uint64_t hash;
  struct peer* next;           // in its bucket
  struct peer *older, *newer;  // in the list of handshakes; NULL when established
  bool established;
};

struct peer_table {
  struct peer** buckets;
  size_t mask;  // bucket count - 1, a power of two less one
  size_t count;
  uint64_t seed;
  struct peer *oldest, *newest;  // handshakes under way
};

// False when memory is short.
bool peer_table_init(struct peer_table* table);
// Frees every peer and the table.
void peer_table_free(struct peer_table* table);

struct peer* peer_find(const struct peer_table* table, const union address* address);
// Adds a handshaking peer and takes `ssl`. The address must be unknown. NULL when
// memory is short; `ssl` then stays with the caller.
struct peer* peer_add(struct peer_table* table, const union address* address, SSL* ssl);
// Takes the peer off the list of handshakes.
void peer_established(struct peer_table* table, struct peer* peer);
// Frees the peer and its SSL; says nothing to the other side.
void peer_remove(struct peer_table* table, struct peer* peer);
