// More records in one datagram than there is room for their events: nothing is lost, order is kept.

#include "own_records.h"
#include "test.h"

using core::EventKind;

namespace {

constexpr uint8_t kData = core::content_type::kApplicationData;

/// Room for `events` at a time, and a slab that has to be renewed for each delivery.
void deliver_little(Side& side, size_t events) {
  side.deliver();
  side.sink.lend_events(side.records.data(), core::EventSink::kReservedEvents + events - 1);
}

void check_messages(const Side& side, size_t count) {
  size_t next = 0;
  for (const Side::Event& event : side.events) {
    if (event.kind == EventKind::kMessage) CHECK(event.payload == std::to_string(next++));
  }
  CHECK_EQUAL(next, count);
}

}  // namespace

TEST("more records than there is room for wait, and arrive in order") {
  for (const bool own : {true, false}) {
    for (const size_t room : {1, 2, 3, 7}) {
      Link link({.server_own_records = own});
      CHECK(link.handshake());
      core::RecordLayer& client = *record_layer_of(link.client, link.client_peer);
      std::vector<uint8_t> datagram;
      constexpr size_t kRecords = 40;
      for (size_t i = 0; i < kRecords; ++i) {
        const std::vector<uint8_t> record = seal(client, kData, core::bytes_of(std::to_string(i)));
        datagram.insert(datagram.end(), record.begin(), record.end());
      }
      deliver_little(link.server, room);
      link.server.engine.receive(datagram, link.client_address, link.now);
      size_t rounds = 0;
      while (link.server.engine.has_backlog()) {
        ++rounds;
        deliver_little(link.server, room);
        link.server.engine.resume();
      }
      deliver_little(link.server, room);
      CHECK(rounds >= kRecords / room - 1);
      check_messages(link.server, kRecords);
      CHECK_EQUAL(link.server.counters.datagrams_ignored, 0u);
    }
  }
}

TEST("records behind a goodbye in a backlog are not delivered, and those of a closed peer go with it") {
  for (const bool goodbye : {true, false}) {
    Link link;
    CHECK(link.handshake());
    core::RecordLayer& client = *record_layer_of(link.client, link.client_peer);
    const std::vector<uint8_t> close_notify = {1, 0};
    std::vector<uint8_t> datagram;
    const auto append = [&datagram](const std::vector<uint8_t>& record) {
      datagram.insert(datagram.end(), record.begin(), record.end());
    };
    for (int i = 0; i < 3; ++i) append(seal(client, kData, core::bytes_of(std::to_string(i))));
    if (goodbye) append(seal(client, core::content_type::kAlert, close_notify));
    append(seal(client, kData, core::bytes_of("behind")));
    deliver_little(link.server, 1);
    link.server.engine.receive(datagram, link.client_address, link.now);
    CHECK(link.server.engine.has_backlog());
    if (!goodbye) link.server.engine.close(link.server_peer());
    while (link.server.engine.has_backlog()) {
      deliver_little(link.server, 1);
      link.server.engine.resume();
    }
    link.server.deliver();
    check_messages(link.server, goodbye ? 3 : 1);
    CHECK_EQUAL(link.server.count(EventKind::kClosed), goodbye ? 1u : 0u);
    CHECK_EQUAL(link.server.counters.peers, 0u);
  }
}
