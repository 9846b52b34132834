#include "../deferred_datagrams.h"

#include "network.h"
#include "test.h"

using core::DeferredDatagrams;

namespace {

const std::vector<uint8_t> kSmall(100, 1);

}  // namespace

TEST("deferred datagrams come out in the order in which they came") {
  DeferredDatagrams deferred(7);
  for (uint8_t i = 0; i < 5; ++i) CHECK(deferred.add(std::vector<uint8_t>{i}, ipv4(1, i)));
  for (uint8_t i = 0; i < 5; ++i) {
    const DeferredDatagrams::Datagram datagram = deferred.take();
    CHECK(datagram.from == ipv4(1, i));
    CHECK_EQUAL(datagram.bytes.at(0), i);
  }
  CHECK(deferred.empty());
}

TEST("a bounded number of deferred datagrams waits") {
  DeferredDatagrams deferred(7);
  size_t added = 0;
  for (uint16_t port = 1; port <= 3000; ++port) added += deferred.add(kSmall, ipv4(1, port));
  CHECK_EQUAL(added, DeferredDatagrams::kMaxDatagrams);
  deferred.take();
  CHECK(deferred.add(kSmall, ipv4(1, 1)));
  CHECK(!deferred.add(kSmall, ipv4(1, 2)));
}

TEST("a bounded number of deferred bytes waits") {
  DeferredDatagrams deferred(7);
  const std::vector<uint8_t> large(60'000, 1);
  size_t added = 0;
  for (uint16_t port = 1; port <= 100; ++port) added += deferred.add(large, ipv4(1, port));
  CHECK_EQUAL(added, DeferredDatagrams::kMaxBytes / large.size());
  CHECK(deferred.add(kSmall, ipv4(1, 200)));
  deferred.take();
  CHECK(deferred.add(large, ipv4(1, 201)));
}

TEST("one peer takes a bounded number of places, and has them again") {
  DeferredDatagrams deferred(7);
  for (size_t i = 0; i < DeferredDatagrams::kMaxPerPeer; ++i) CHECK(deferred.add(kSmall, ipv4(1, 1)));
  CHECK(!deferred.add(kSmall, ipv4(1, 1)));
  CHECK(deferred.add(kSmall, ipv4(1, 2)));
  deferred.take();
  CHECK(deferred.add(kSmall, ipv4(1, 1)));
}

TEST("it knows whose datagrams wait") {
  DeferredDatagrams deferred(7);
  deferred.add(kSmall, ipv4(1, 1));
  deferred.add(kSmall, ipv4(1, 1));
  CHECK(deferred.holds(ipv4(1, 1)));
  CHECK(!deferred.holds(ipv4(1, 2)));
  deferred.take();
  CHECK(deferred.holds(ipv4(1, 1)));
  deferred.take();
  CHECK(!deferred.holds(ipv4(1, 1)));
  deferred.add(kSmall, ipv4(1, 1));
  deferred.clear();
  CHECK(deferred.empty());
  CHECK(!deferred.holds(ipv4(1, 1)));
}
