#include "peer_table.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

enum { INITIAL_BUCKETS = 1024 };

static uint64_t mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  return value ^ value >> 32;
}

static uint64_t hash(const struct peer_table* table, const union address* address) {
  if (address->any.sa_family == AF_INET) {
    uint64_t key = (uint64_t)address->v4.sin_addr.s_addr << 16 | address->v4.sin_port;
    return mix(key ^ table->seed);
  }
  uint64_t parts[2];
  memcpy(parts, &address->v6.sin6_addr, sizeof parts);
  return mix(mix(parts[0] ^ table->seed) ^ parts[1] ^ address->v6.sin6_port);
}

bool peer_table_init(struct peer_table* table) {
  memset(table, 0, sizeof *table);
  table->buckets = calloc(INITIAL_BUCKETS, sizeof *table->buckets);
  table->mask = INITIAL_BUCKETS - 1;
  return table->buckets && RAND_bytes((unsigned char*)&table->seed, sizeof table->seed) == 1;
}

void peer_table_free(struct peer_table* table) {
  for (size_t i = 0; table->buckets && i <= table->mask; i++) {
    while (table->buckets[i]) peer_remove(table, table->buckets[i]);
  }
  free(table->buckets);
}

struct peer* peer_find(const struct peer_table* table, const union address* address) {
  uint64_t key = hash(table, address);
  struct peer* peer = table->buckets[key & table->mask];
  while (peer && (peer->hash != key || !address_equal(&peer->address, address))) {
    peer = peer->next;
  }
  return peer;
}

// Doubles the buckets. Without memory the chains just grow longer.
static void grow(struct peer_table* table) {
  size_t mask = table->mask * 2 + 1;
  struct peer** buckets = calloc(mask + 1, sizeof *buckets);
  if (!buckets) return;
  for (size_t i = 0; i <= table->mask; i++) {
    for (struct peer *peer = table->buckets[i], *next; peer; peer = next) {
      next = peer->next;
      peer->next = buckets[peer->hash & mask];
      buckets[peer->hash & mask] = peer;
    }
  }
  free(table->buckets);
  table->buckets = buckets;
  table->mask = mask;
}

struct peer* peer_add(struct peer_table* table, const union address* address, SSL* ssl) {
  struct peer* peer = calloc(1, sizeof *peer);
  if (!peer) return NULL;
  if (table->count > table->mask) grow(table);
  peer->address = *address;
  peer->ssl = ssl;
  peer->hash = hash(table, address);
  struct peer** bucket = &table->buckets[peer->hash & table->mask];
  peer->next = *bucket;
  *bucket = peer;
  table->count++;
  peer->older = table->newest;
  *(table->newest ? &table->newest->newer : &table->oldest) = peer;
  table->newest = peer;
  return peer;
}

void peer_established(struct peer_table* table, struct peer* peer) {
  *(peer->older ? &peer->older->newer : &table->oldest) = peer->newer;
  *(peer->newer ? &peer->newer->older : &table->newest) = peer->older;
  peer->older = peer->newer = NULL;
  peer->established = true;
}

void peer_remove(struct peer_table* table, struct peer* peer) {
  if (!peer->established) peer_established(table, peer);
  struct peer** link = &table->buckets[peer->hash & table->mask];
  while (*link != peer) link = &(*link)->next;
  *link = peer->next;
  table->count--;
  SSL_free(peer->ssl);
  free(peer);
}
