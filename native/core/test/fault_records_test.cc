#include <initializer_list>

#include "../faults/pcg32.h"
#include "fault_world.h"

using core::FaultRule;
using core::find_record;
using Bytes = std::vector<uint8_t>;
namespace type = core::content_type;

namespace {

constexpr uint8_t kClientHello = 1;
constexpr uint8_t kServerHello = 2;
constexpr uint8_t kCertificate = 11;

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes result;
  for (const Bytes& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

bool has_record(const Bytes& datagram, uint16_t records) {
  FaultRule rule;
  rule.records = records;
  return find_record(datagram, rule).has_value();
}

bool has_message(const Bytes& datagram, uint8_t message) {
  FaultRule rule;
  rule.handshakes = uint32_t{1} << message;
  return find_record(datagram, rule).has_value();
}

}  // namespace

TEST("fault records: kinds and epochs, in any record of the datagram") {
  const Bytes datagram =
      joined({record_of(type::kChangeCipherSpec, 0, {1}), record_of(type::kHandshake, 1, Bytes(40))});
  CHECK(has_record(datagram, core::record_bit(type::kChangeCipherSpec, false)));
  CHECK(!has_record(datagram, core::record_bit(type::kChangeCipherSpec, true)));
  CHECK(has_record(datagram, core::record_bit(type::kHandshake, true)));
  CHECK(!has_record(datagram, core::record_bit(type::kHandshake, false)));
  CHECK(!has_record(datagram, core::record_bit(type::kApplicationData, true)));
  CHECK(has_record(record_of(type::kApplicationData, 2, {1}), core::record_bit(type::kApplicationData, true)));
}

TEST("fault records: a protected handshake record is a Finished, a plain one says what it is") {
  const Bytes last = joined({record_of(type::kChangeCipherSpec, 0, {1}), record_of(type::kHandshake, 1, Bytes(40))});
  CHECK(has_message(last, core::kFinishedMessage));
  CHECK(!has_message(last, kClientHello));
  const Bytes flight = joined({handshake_of(kServerHello, 70, 0, 70), handshake_of(kCertificate, 900, 0, 300)});
  CHECK(has_message(flight, kServerHello));
  CHECK(has_message(flight, kCertificate));
  CHECK(!has_message(flight, kClientHello));
  CHECK(!has_message(record_of(type::kApplicationData, 1, Bytes(40)), core::kFinishedMessage));
}

TEST("fault records: a message counts where its first fragment is") {
  CHECK(has_message(handshake_of(kCertificate, 900, 0, 300), kCertificate));
  CHECK(!has_message(handshake_of(kCertificate, 900, 300, 300), kCertificate));
}

TEST("fault records: several messages in one record are all seen") {
  Bytes first = handshake_of(kServerHello, 10, 0, 10);
  const Bytes second = handshake_of(kCertificate, 10, 0, 10);
  Bytes payload(first.begin() + 13, first.end());
  payload.insert(payload.end(), second.begin() + 13, second.end());
  CHECK(has_message(record_of(type::kHandshake, 0, payload), kCertificate));
}

TEST("fault records: what is no DTLS fits only a rule for everything") {
  for (const Bytes& datagram : {Bytes(), Bytes{1, 2, 3}, Bytes(60, 0xff), Bytes(13, 22)}) {
    CHECK(!has_record(datagram, core::kEveryRecord));
    CHECK(find_record(datagram, FaultRule()).has_value());
  }
}

TEST("fault records: no datagram is too strange to be looked at") {
  core::Pcg32 random(1, 1);
  const Bytes flight = joined({handshake_of(kServerHello, 70, 0, 70), handshake_of(kCertificate, 900, 0, 300)});
  FaultRule rule;
  rule.handshakes = uint32_t{1} << 23;
  for (int i = 0; i < 20000; ++i) {
    Bytes datagram = flight;
    for (int j = 0; j < 8; ++j) datagram[random.below(60)] = static_cast<uint8_t>(random.next());
    datagram.resize(random.below(static_cast<uint32_t>(datagram.size())));
    const auto found = find_record(datagram, rule);
    if (found) CHECK(found->data() + found->size() <= datagram.data() + datagram.size());
  }
}

TEST("fault records: only the record that a rule is about is corrupted") {
  const Bytes ccs = record_of(type::kChangeCipherSpec, 0, {1});
  const Bytes datagram = joined({ccs, record_of(type::kHandshake, 1, Bytes(40)), record_of(type::kAlert, 1, {9, 9})});
  FaultRule rule = fault(core::Fault::kCorrupt);
  rule.handshakes = uint32_t{1} << core::kFinishedMessage;
  rule.bits = 3;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    FaultWorld world({seed, {rule}, {}});
    world.pass(core::Direction::kSend, datagram);
    const core::ByteView out = world.out.bytes(world.out[0]);
    const size_t content = ccs.size() + core::RecordHeader::kSize;
    CHECK(std::equal(out.begin(), out.begin() + static_cast<ptrdiff_t>(content), datagram.begin()));
    CHECK(std::equal(out.begin() + static_cast<ptrdiff_t>(content + 40), out.end(),
                     datagram.begin() + static_cast<ptrdiff_t>(content + 40)));
    CHECK(!std::equal(out.begin(), out.end(), datagram.begin()));
  }
}

TEST("fault records: the second ServerHello of each client is lost") {
  FaultRule rule = fault(core::Fault::kLose);
  rule.handshakes = uint32_t{1} << kServerHello;
  rule.first = rule.last = 2;
  FaultWorld world({1, {rule}, {}});
  const Bytes hello = handshake_of(kServerHello, 70, 0, 70);
  const Bytes other = handshake_of(kCertificate, 70, 0, 70);
  for (const uint16_t peer : {1, 2}) {
    for (const Bytes& datagram : {hello, other, hello, other, hello}) {
      world.pass(core::Direction::kSend, datagram, 0, peer);
    }
  }
  CHECK_EQUAL(world.sent().lost, uint64_t{2});
  CHECK_EQUAL(world.out.size(), size_t{8});
}
