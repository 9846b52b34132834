#include <cstdlib>

#include "hello_fragments.h"
#include "link.h"
#include "test.h"

namespace {

/// OpenSSL's allocations since the program started. Installed before OpenSSL allocates anything.
size_t openssl_allocations = 0;

void* counted_malloc(size_t size, const char*, int) {
  ++openssl_allocations;
  return std::malloc(size);
}
void* counted_realloc(void* block, size_t size, const char*, int) {
  ++openssl_allocations;
  return std::realloc(block, size);
}
void plain_free(void* block, const char*, int) { std::free(block); }

/// OpenSSL 3 copies the state of the hash function, twice per cookie, and frees it again.
constexpr size_t kAllocationsPerHello = OPENSSL_VERSION_NUMBER >= 0x30000000L ? 2 : 0;

const bool installed = CRYPTO_set_mem_functions(counted_malloc, counted_realloc, plain_free) == 1;

}  // namespace

TEST("a ClientHello without a valid cookie makes OpenSSL allocate nothing and the server keep nothing") {
  CHECK(installed);
  Link link;
  link.connect();
  const core::ByteView first = link.client.outbox.bytes(link.client.outbox[0]);
  std::vector<uint8_t> hello(first.begin(), first.end());
  link.server.engine.receive(hello, ipv4(3, 1), link.now);  // the first one makes the secret
  link.server.outbox.clear();
  const size_t before = openssl_allocations;
  CHECK(before > 0);
  for (uint16_t port = 1; port <= 1000; ++port) {
    link.server.engine.receive(hello, ipv4(3, port), link.now);
    link.server.outbox.clear();
  }
  CHECK_EQUAL(openssl_allocations, before + 1000 * kAllocationsPerHello);
  CHECK_EQUAL(link.server.counters.hello_verify_requests, 1001u);
  const HelloFragments fragments(hello, HelloFragments::body_size(hello) - 4);
  for (uint16_t port = 1; port <= 1000; ++port) {
    link.server.engine.receive(fragments.first, ipv4(3, port), link.now);
    link.server.engine.receive(fragments.second, ipv4(3, port), link.now);
    link.server.outbox.clear();
  }
  CHECK_EQUAL(openssl_allocations, before + 2000 * kAllocationsPerHello);
  CHECK_EQUAL(link.server.counters.hello_verify_requests, 2001u);
  CHECK_EQUAL(link.server.counters.peers, 0u);
}
