// What an engine makes of the records of an established peer, good and bad.

#include <algorithm>
#include <random>

#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;
using core::Status;

namespace {

constexpr uint8_t kData = core::content_type::kApplicationData;

/// An established link, and the client's record layer to forge with.
struct Forger : Link {
  explicit Forger(LinkOptions options = {}) : Link(std::move(options)) {
    CHECK(handshake());
    peer = server_peer();
    layer = record_layer_of(client, client_peer);
  }
  std::vector<uint8_t> data(const std::string& text) { return seal(*layer, kData, core::bytes_of(text)); }
  void send(core::ByteView datagram) {
    server.engine.receive(datagram, client_address, now);
    server.deliver();
    while (server.engine.has_backlog()) {
      server.engine.resume();
      server.deliver();
    }
  }
  const core::Counters& counters() const { return server.counters; }
  uint64_t bad_records() const {
    return counters().records_replayed + counters().records_unauthenticated + counters().records_out_of_epoch +
           counters().records_malformed;
  }
  std::vector<std::string> messages() const {
    std::vector<std::string> found;
    for (const Side::Event& event : server.events) {
      if (event.kind == EventKind::kMessage) found.push_back(event.payload);
    }
    return found;
  }

  core::PeerId peer = 0;
  core::RecordLayer* layer = nullptr;
};

}  // namespace

TEST("a forged record with a huge sequence number moves no window") {
  Forger link;
  std::vector<uint8_t> forged = link.data("forged");
  std::fill(forged.begin() + 5, forged.begin() + 11, 0xff);
  for (int i = 0; i < 10; ++i) link.send(forged);
  CHECK_EQUAL(link.counters().records_unauthenticated, 10u);
  link.send(link.data("real"));
  CHECK(link.messages() == std::vector<std::string>{"real"});
}

TEST("each record that is not accepted is counted for one reason") {
  Forger link;
  const std::vector<uint8_t> good = link.data("good");
  link.send(good);
  link.send(good);
  CHECK_EQUAL(link.counters().records_replayed, 1u);
  std::vector<uint8_t> record = link.data("other");
  const auto changed = [&](size_t at, uint8_t value) {
    std::vector<uint8_t> other = record;
    other[at] = value;
    return other;
  };
  link.send(changed(4, 0));  // epoch
  link.send(changed(4, 2));
  CHECK_EQUAL(link.counters().records_out_of_epoch, 2u);
  link.send(changed(2, 0xff));  // version
  CHECK_EQUAL(link.counters().records_malformed, 1u);
  link.send(changed(record.size() - 1, static_cast<uint8_t>(record.back() ^ 1)));
  link.send(changed(0, 21));
  CHECK_EQUAL(link.counters().records_unauthenticated, 2u);
  CHECK_EQUAL(link.bad_records(), 6u);
  CHECK_EQUAL(link.counters().datagrams_ignored, 6u);
  link.send(record);
  CHECK_EQUAL(link.bad_records(), 6u);
  const std::vector<std::string> expected = {"good", "other"};
  CHECK(link.messages() == expected);
}

TEST("a datagram that is no record is malformed, one with a good record among bad ones is not ignored") {
  Forger link;
  link.send({});
  link.send(core::bytes_of("not a record at all"));
  CHECK_EQUAL(link.counters().datagrams_malformed, 2u);
  std::vector<uint8_t> bad = link.data("bad");
  bad.back() ^= 1;
  const std::vector<uint8_t> good = link.data("good");
  std::vector<uint8_t> both = bad;
  both.insert(both.end(), good.begin(), good.end());
  both.insert(both.end(), bad.begin(), bad.end());
  link.send(both);
  CHECK_EQUAL(link.counters().datagrams_ignored, 0u);
  CHECK_EQUAL(link.counters().records_unauthenticated, 2u);
  CHECK(link.messages() == std::vector<std::string>{"good"});
}

TEST("records that come in any order within the window arrive once each, those behind it never") {
  Forger link;
  std::vector<std::vector<uint8_t>> records;
  for (int i = 0; i < 200; ++i) records.push_back(link.data(std::to_string(i)));
  link.send(records[100]);
  link.send(records[37]);  // 63 behind
  link.send(records[36]);  // 64 behind
  link.send(records[100]);
  link.send(records[199]);
  link.send(records[136]);
  link.send(records[135]);
  const std::vector<std::string> expected = {"100", "37", "199", "136"};
  CHECK(link.messages() == expected);
  CHECK_EQUAL(link.counters().records_replayed, 3u);
}

TEST("records in random order, with copies, arrive at most once each") {
  Forger link;
  std::mt19937 random(7);
  std::vector<std::vector<uint8_t>> records;
  for (int i = 0; i < 500; ++i) records.push_back(link.data(std::to_string(i)));
  for (int i = 0; i < 3000; ++i) {
    const size_t around = static_cast<size_t>(i) / 6;
    const size_t n = std::min<size_t>(records.size() - 1, around + random() % 40);
    link.send(records[n]);
  }
  std::vector<std::string> messages = link.messages();
  CHECK(messages.size() > 400);
  CHECK_EQUAL(messages.size() + link.counters().records_replayed, 3000u);
  std::sort(messages.begin(), messages.end());
  CHECK(std::adjacent_find(messages.begin(), messages.end()) == messages.end());
}

TEST("types that may not come, and alerts of the wrong size, change nothing") {
  Forger link;
  const std::vector<uint8_t> one = {1};
  const std::vector<uint8_t> three = {2, 40, 0};
  link.send(seal(*link.layer, core::content_type::kChangeCipherSpec, one));
  link.send(seal(*link.layer, core::content_type::kTls12Cid, one));
  link.send(seal(*link.layer, core::content_type::kAlert, one));
  link.send(seal(*link.layer, core::content_type::kAlert, three));
  link.send(seal(*link.layer, core::content_type::kAlert, {}));
  CHECK_EQUAL(link.counters().records_malformed, 5u);
  link.send(seal(*link.layer, core::content_type::kHandshake, {}));
  link.send(seal(*link.layer, kData, {}));
  CHECK(link.messages().empty());
  CHECK(link.server.outbox.empty());
  link.send(link.data("on it goes"));
  CHECK(link.messages() == std::vector<std::string>{"on it goes"});
}

TEST("who wants to renegotiate is told no, and the association goes on") {
  for (const bool client_asks : {true, false}) {
    Forger link;
    Side& asked = client_asks ? link.server : link.client;
    Side& asking = client_asks ? link.client : link.server;
    core::RecordLayer& layer = *record_layer_of(asking, client_asks ? link.client_peer : link.peer);
    const core::Address& from = client_asks ? link.client_address : link.server_address;
    const uint8_t wanted = client_asks ? 1 : 0;  // ClientHello, HelloRequest
    for (uint8_t type = 0; type < 30; ++type) {
      if (type == 20) continue;
      const std::vector<uint8_t> message = {type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
      asked.engine.receive(seal(layer, core::content_type::kHandshake, message), from, link.now);
      CHECK_EQUAL(asked.outbox.size(), type == wanted ? 1u : 0u);
      if (asked.outbox.empty()) continue;
      std::vector<uint8_t> alert;
      CHECK(open(layer, asked.outbox.bytes(asked.outbox[0]), alert) == core::RecordLayer::Opened::kOk);
      CHECK((alert == std::vector<uint8_t>{SSL3_AL_WARNING, SSL_AD_NO_RENEGOTIATION}));
      asked.outbox.clear();
    }
    asked.deliver();
    CHECK_EQUAL(asked.count(EventKind::kClosed), 0u);
    link.send(link.data("on it goes"));
    CHECK(link.messages() == std::vector<std::string>{"on it goes"});
  }
}

TEST("a goodbye or a fatal alert ends an association of our records, a warning does not") {
  struct Ending {
    uint8_t level;
    uint8_t description;
    Cause cause;
  };
  for (const Ending& ending :
       {Ending{1, 0, Cause::kCloseNotify}, Ending{2, 0, Cause::kCloseNotify}, Ending{1, 90, Cause::kCloseNotify},
        Ending{2, 20, Cause::kAlertReceived}, Ending{2, 255, Cause::kAlertReceived}}) {
    Forger link;
    const std::vector<uint8_t> warning = {1, 100};
    for (int i = 0; i < 100; ++i) link.send(seal(*link.layer, core::content_type::kAlert, warning));
    CHECK_EQUAL(link.server.count(EventKind::kClosed), 0u);
    const std::vector<uint8_t> alert = {ending.level, ending.description};
    std::vector<uint8_t> datagram = seal(*link.layer, core::content_type::kAlert, alert);
    const std::vector<uint8_t> behind = link.data("behind the end");
    datagram.insert(datagram.end(), behind.begin(), behind.end());
    link.send(datagram);
    const Side::Event* closed = link.server.last(EventKind::kClosed);
    CHECK(closed != nullptr && closed->a == static_cast<int32_t>(ending.cause));
    if (ending.cause == Cause::kAlertReceived) CHECK_EQUAL(closed->b, ending.level << 8 | ending.description);
    CHECK(link.messages().empty());
    CHECK_EQUAL(link.counters().peers, 0u);
    CHECK_EQUAL(link.counters().alerts_received, ending.cause == Cause::kAlertReceived ? 1u : 0u);
    // A goodbye is answered.
    CHECK_EQUAL(link.server.outbox.size(), ending.cause == Cause::kCloseNotify ? 1u : 0u);
  }
}

TEST("the last record goes out, then the association ends for want of sequence numbers") {
  for (const uint16_t suite : {0xc0a8, 0x00a8, 0xccab}) {
    Forger link({.suites = {suite}});
    core::RecordLayer& of_server = *record_layer_of(link.server, link.peer);
    state_of(of_server).next_write_sequence = core::RecordLayer::kLastSequence - 1;
    CHECK(link.server.engine.send(link.peer, core::bytes_of("last but one")) == Status::kOk);
    CHECK(link.server.engine.send(link.peer, core::bytes_of("last")) == Status::kOk);
    for (int i = 0; i < 3; ++i) {
      CHECK(link.server.engine.send(link.peer, core::bytes_of("never")) == Status::kExhausted);
    }
    CHECK_EQUAL(link.server.outbox.size(), 2u);
    link.exchange();
    CHECK(link.client.last(EventKind::kMessage)->payload == "last");
    CHECK(link.server.engine.next_deadline() <= link.now);
    CHECK_EQUAL(link.counters().messages_sent, 2u);
    // What comes in the meantime is still heard.
    link.send(link.data("still here"));
    CHECK(link.messages() == std::vector<std::string>{"still here"});
    CHECK(link.server.engine.next_deadline() <= link.now);
    link.server.engine.tick(link.now);
    link.server.deliver();
    const Side::Event* closed = link.server.last(EventKind::kClosed);
    CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kExhausted));
    CHECK(link.server.outbox.empty());
    CHECK_EQUAL(link.counters().peers, 0u);
    CHECK_EQUAL(link.counters().peers_failed, 1u);
    CHECK(link.server.engine.next_deadline() == core::kNever);
  }
}

TEST("without a sequence number no alert goes out either, and close() ends in silence") {
  Forger link;
  core::RecordLayer& of_server = *record_layer_of(link.server, link.peer);
  state_of(of_server).next_write_sequence = core::RecordLayer::kLastSequence + 1;
  const std::vector<uint8_t> hello = {1, 0, 0, 0};
  const std::vector<uint8_t> finished = {20, 0, 0, 0};
  link.send(seal(*link.layer, core::content_type::kHandshake, hello));
  link.send(seal(*link.layer, core::content_type::kHandshake, finished));
  CHECK(link.server.outbox.empty());
  const uint64_t sent = link.counters().datagrams_sent;
  CHECK(link.server.engine.close(link.peer) == Status::kOk);
  CHECK(link.server.outbox.empty());
  CHECK_EQUAL(link.counters().datagrams_sent, sent);
}
