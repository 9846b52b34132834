// No nonce comes twice under one key: neither in what libssl has sealed before it goes, nor in what we seal behind it.

#include <set>

#include "../libssl_records.h"
#include "own_records.h"
#include "test.h"

using core::EventKind;
using core::LibsslRecords;

namespace {

/// Every protected record of a log, first nonce, then sequence number; complains about those that come twice.
size_t check_distinct(const std::vector<std::vector<uint8_t>>& log) {
  std::set<std::vector<uint8_t>> nonces;
  std::set<uint64_t> sequences;
  size_t records = 0;
  for (const std::vector<uint8_t>& datagram : log) {
    core::ByteView rest = datagram;
    core::ByteView payload;
    core::RecordHeader header;
    while (core::next_record(rest, header, payload)) {
      if (header.epoch == 0) continue;
      ++records;
      CHECK(sequences.insert(header.sequence).second);
      CHECK(nonces.insert({payload.begin(), payload.begin() + 8}).second);
    }
  }
  return records;
}

/// What libssl would have written: one record for each explicit nonce.
LibsslRecords records_with(std::initializer_list<uint64_t> nonces) {
  LibsslRecords records;
  uint64_t sequence = 0;
  for (const uint64_t nonce : nonces) {
    std::vector<uint8_t> record(core::RecordHeader::kSize + 40);
    core::write_record_header(record.data(), core::content_type::kHandshake, 1, sequence++, 40);
    for (int i = 0; i < 8; ++i) record[static_cast<size_t>(13 + i)] = static_cast<uint8_t>(nonce >> (56 - 8 * i));
    records.note(record);
  }
  return records;
}

}  // namespace

TEST("no explicit nonce comes twice, with lost and repeated flights, messages, alerts and a goodbye") {
  for (const uint16_t suite : {0xc0a8, 0xc0a4, 0x00a8, 0x00a9}) {
    for (int losses = 0; losses <= 5; ++losses) {
      Link link({.suites = {suite}});
      int lost = 0;
      int lost_finished = 0;
      link.pass = [&](bool to_server, size_t n, core::ByteView) {
        if (to_server) return n < 2 || ++lost_finished > losses;
        return link.server.counters.handshakes_completed == 0 || ++lost > losses;
      };
      CHECK(link.handshake());
      link.pass = [](bool, size_t, core::ByteView) { return true; };
      const core::PeerId at_server = link.server_peer();
      const std::vector<uint8_t> hello_request = {0, 0, 0, 0};
      for (int i = 0; i < 100; ++i) {
        link.client.engine.send(link.client_peer, core::bytes_of("up"));
        link.server.engine.send(at_server, core::bytes_of("down"));
        link.exchange();
      }
      // Both refuse to renegotiate.
      core::RecordLayer& of_server = *record_layer_of(link.server, at_server);
      const std::vector<uint8_t> request = seal(of_server, core::content_type::kHandshake, hello_request);
      link.client.engine.receive(request, link.server_address, link.now);
      link.to_client.push_back(request);
      link.exchange();
      link.client.engine.close(link.client_peer);
      link.exchange();
      const size_t repeated = losses > 0 ? 1 : 0;
      CHECK(check_distinct(link.to_server) >= 103 + repeated);
      CHECK(check_distinct(link.to_client) >= 102 + repeated);
    }
  }
}

TEST("no explicit nonce comes twice at a client that resumes and repeats its last flight") {
  for (const uint16_t suite : {0xc0a8, 0x00a8}) {
    Link link({.suites = {suite}, .sessions = true});
    CHECK(link.handshake());
    const Side::Event* session = link.client.last(EventKind::kSession);
    core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
    parameters.session = {session->payload.begin(), session->payload.end()};
    link.client.engine.close(link.client_peer);
    link.exchange();
    link.client.events.clear();
    link.server.events.clear();
    link.to_server.clear();
    link.to_client.clear();
    int lost = 0;
    link.pass = [&](bool to_server, size_t, core::ByteView) {
      return !to_server || link.client.counters.handshakes_completed < 2 || ++lost > 4;
    };
    link.client_peer =
        link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now).peer;
    CHECK(link.handshake());
    for (int i = 0; i < 50; ++i) {
      link.client.engine.send(link.client_peer, core::bytes_of("up"));
      link.server.engine.send(link.server_peer(), core::bytes_of("down"));
      link.exchange();
    }
    CHECK(link.client.counters.last_flights_repeated >= 4u);
    CHECK(check_distinct(link.to_server) >= 55u);
    CHECK(check_distinct(link.to_client) >= 55u);
  }
}

TEST("our nonces begin with a prefix that none of libssl's has, wherever its random start lies") {
  const auto prefix = [](uint64_t nonce) { return static_cast<uint16_t>(nonce >> 48); };
  for (const uint64_t start :
       {uint64_t{0}, uint64_t{1}, uint64_t{1} << 48, (uint64_t{1} << 48) - 1, (uint64_t{2} << 48) - 1,
        (uint64_t{2} << 48), (uint64_t{3} << 48) - 1, UINT64_MAX, UINT64_MAX - 1, uint64_t{0xffff} << 48}) {
    for (uint64_t records = 1; records <= 4; ++records) {
      LibsslRecords written;
      for (uint64_t i = 0; i < records; ++i) {
        std::vector<uint8_t> record(core::RecordHeader::kSize + 40);
        core::write_record_header(record.data(), core::content_type::kHandshake, 1, i, 40);
        const uint64_t nonce = start + i;  // wraps, as OpenSSL's does
        for (int b = 0; b < 8; ++b) record[static_cast<size_t>(13 + b)] = static_cast<uint8_t>(nonce >> (56 - 8 * b));
        written.note(record);
      }
      const uint16_t free = written.free_nonce_prefix(1);
      for (uint64_t i = 0; i < records; ++i) CHECK(free != prefix(start + i));
      CHECK_EQUAL(written.next_protected_sequence(), records);
    }
  }
}

TEST("the prefix of our nonces is the epoch unless libssl has had it, and wraps round") {
  constexpr uint64_t kOne = uint64_t{1} << 48;
  CHECK_EQUAL(records_with({}).free_nonce_prefix(1), 1);
  CHECK_EQUAL(records_with({5 * kOne}).free_nonce_prefix(1), 1);
  CHECK_EQUAL(records_with({kOne}).free_nonce_prefix(1), 2);
  CHECK_EQUAL(records_with({2 * kOne - 1, 2 * kOne}).free_nonce_prefix(1), 3);
  CHECK_EQUAL(records_with({kOne - 1, kOne}).free_nonce_prefix(1), 2);
  CHECK_EQUAL(records_with({UINT64_MAX, 0}).free_nonce_prefix(0xffff), 1);
}

TEST("records of both epochs in one datagram are counted apart, the highest number counts") {
  LibsslRecords written;
  std::vector<uint8_t> datagram(2 * (core::RecordHeader::kSize + 20));
  core::write_record_header(datagram.data(), core::content_type::kHandshake, 0, 7, 20);
  core::write_record_header(&datagram[33], core::content_type::kHandshake, 1, 3, 20);
  written.note(datagram);
  CHECK_EQUAL(written.next_plain_sequence(), 8u);
  CHECK_EQUAL(written.next_protected_sequence(), 4u);
  core::write_record_header(datagram.data(), core::content_type::kHandshake, 0, 2, 20);
  core::write_record_header(&datagram[33], core::content_type::kHandshake, 1, 1, 20);
  written.note(datagram);
  CHECK_EQUAL(written.next_plain_sequence(), 8u);
  CHECK_EQUAL(written.next_protected_sequence(), 4u);
}
