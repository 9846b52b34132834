#include "../peer_table.h"

#include <map>
#include <random>

#include "link.h"
#include "test.h"

namespace {

struct Fixture {
  std::unique_ptr<core::Association> association(const core::Address& address) {
    core::Status status;
    return core::Association::connect(context, bio, address, {}, status);
  }

  std::shared_ptr<const core::Context> context = make_context(core::Role::kClient, {}, nullptr);
  core::Outbox outbox;
  core::Counters counters{};
  core::DatagramBio bio{0, 28, outbox, counters};
  core::PeerTable table;
};

}  // namespace

TEST("the peer table finds by id and by address through random inserts and erasures") {
  Fixture fixture;
  core::PeerTable& table = fixture.table;
  std::map<uint16_t, core::PeerId> expected;
  std::mt19937 random(3);
  for (int round = 0; round < 4000; ++round) {
    const auto port = static_cast<uint16_t>(random() % 200);
    const core::Address address = ipv4(1, port);
    const auto known = expected.find(port);
    if (known == expected.end()) {
      CHECK(table.find(address) == nullptr);
      core::Association* inserted = table.insert(fixture.association(address));
      CHECK(inserted != nullptr && inserted->id > 0);
      expected[port] = inserted->id;
    } else {
      core::Association* found = table.find(address);
      CHECK(found != nullptr && found == table.find(known->second));
      table.erase(known->second);
      CHECK(table.find(known->second) == nullptr);
      CHECK(table.find(address) == nullptr);
      expected.erase(known);
    }
    CHECK_EQUAL(table.size(), expected.size());
  }
}

TEST("a stale id finds nothing after its slot was used again") {
  Fixture fixture;
  core::PeerTable& table = fixture.table;
  const core::PeerId first = table.insert(fixture.association(ipv4(1, 1)))->id;
  table.erase(first);
  const core::PeerId second = table.insert(fixture.association(ipv4(1, 1)))->id;
  CHECK(first != second);
  CHECK(table.find(first) == nullptr);
  CHECK(table.find(second) != nullptr);
  for (const core::PeerId nonsense : {0, -1, INT32_MIN, INT32_MAX, 5}) CHECK(table.find(nonsense) == nullptr);
}
