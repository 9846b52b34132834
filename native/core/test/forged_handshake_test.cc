#include "../record_filter.h"

#include "link.h"
#include "test.h"

using core::EventKind;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes plain_record(uint8_t type, const Bytes& payload) {
  Bytes record = {type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0};
  core::write_u16(&record[11], static_cast<uint16_t>(payload.size()));
  record.insert(record.end(), payload.begin(), payload.end());
  return record;
}

Bytes fragment(uint8_t type, uint32_t message, uint16_t sequence, uint32_t offset, uint32_t length) {
  Bytes bytes(12 + length);
  bytes[0] = type;
  core::write_u24(&bytes[1], message);
  core::write_u16(&bytes[4], sequence);
  core::write_u24(&bytes[6], offset);
  core::write_u24(&bytes[9], length);
  return bytes;
}

/// Stops between the server's flight and the client's, with both sides waiting.
void half_open(Link& link) {
  link.pass = [](bool to_server, size_t n, core::ByteView) { return to_server ? n < 2 : n < 1; };
  link.connect();
  link.exchange();
  link.pass = [](bool, size_t, core::ByteView) { return true; };
}

/// What an off-path attacker can send without knowing any key; none of it is a fatal alert or close_notify.
std::vector<Bytes> forgeries() {
  std::vector<Bytes> forged;
  for (const uint8_t type : {20, 23, 24, 25}) forged.push_back(plain_record(type, {2, 2, 2}));
  forged.push_back(plain_record(20, {2}));  // ChangeCipherSpec of another value
  forged.push_back(plain_record(21, {1}));  // half an alert
  for (const uint8_t description : {10, 90, 100, 112}) forged.push_back(plain_record(21, {1, description}));
  forged.push_back(plain_record(21, {7, 40}));                          // an alert of no known level
  forged.push_back(plain_record(22, {}));                               // no message
  forged.push_back(plain_record(22, {16, 0, 0, 1}));                    // half a header
  forged.push_back(plain_record(22, fragment(16, 10, 2, 8, 10)));       // beyond its message
  forged.push_back(plain_record(22, fragment(16, 0xffffff, 2, 0, 1)));  // a message of 16 MiB
  forged.push_back(plain_record(22, fragment(16, 10, 2, 0, 0)));        // nothing of a message
  for (const uint8_t type : {0, 20, 24, 99}) forged.push_back(plain_record(22, fragment(type, 4, 2, 0, 4)));
  forged.push_back(plain_record(22, Bytes(17'000)));
  return forged;
}

}  // namespace

TEST("no forged plain record ends a handshake that waits for its peer, on either side") {
  for (const Bytes& forged : forgeries()) {
    Link link;
    half_open(link);
    link.server.engine.receive(forged, link.client_address, link.now);
    link.server.deliver();
    link.client.engine.receive(forged, link.server_address, link.now);
    link.client.deliver();
    const bool connected = link.handshake();
    if (!connected) std::printf("    ended by content type %d, %zu bytes\n", forged[0], forged.size());
    CHECK(connected);
  }
}

TEST("a message announced larger than PSK handshakes need is not stored") {
  Link link;
  half_open(link);
  const uint64_t before = link.server.counters.datagrams_ignored;
  for (uint16_t sequence = 3; sequence < 13; ++sequence) {
    link.server.engine.receive(plain_record(22, fragment(16, 16'000, sequence, 0, 1)), link.client_address, link.now);
  }
  CHECK_EQUAL(link.server.counters.datagrams_ignored, before + 10);
  CHECK(link.handshake());
}

TEST("each side takes the handshake messages of the other") {
  const core::RecordHeader header{22, core::kDtls12, 0, 0, 0};
  for (const uint8_t type : {1, 15, 16}) {
    CHECK(core::acceptable_plain_record(header, fragment(type, 4, 0, 0, 4), core::Role::kServer, 100));
    CHECK(!core::acceptable_plain_record(header, fragment(type, 4, 0, 0, 4), core::Role::kClient, 100));
  }
  for (const uint8_t type : {2, 3, 4, 12, 13, 14}) {
    CHECK(!core::acceptable_plain_record(header, fragment(type, 4, 0, 0, 4), core::Role::kServer, 100));
    CHECK(core::acceptable_plain_record(header, fragment(type, 4, 0, 0, 4), core::Role::kClient, 100));
  }
  CHECK(!core::acceptable_plain_record(header, fragment(1, 101, 0, 0, 4), core::Role::kServer, 100));
}
