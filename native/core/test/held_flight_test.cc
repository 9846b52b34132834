#include "../held_flight.h"

#include "test.h"

using core::HeldFlight;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes record_of(uint8_t type, uint16_t epoch, uint64_t sequence, const Bytes& payload) {
  Bytes bytes(core::RecordHeader::kSize);
  core::write_record_header(bytes.data(), type, epoch, sequence, payload.size());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

bool hold(HeldFlight& flight, const Bytes& record) {
  core::RecordHeader header;
  core::ByteView rest = record;
  core::ByteView payload;
  CHECK(core::next_record(rest, header, payload));
  return flight.hold(header, record);
}

}  // namespace

TEST("a held flight comes out as it came, once") {
  HeldFlight flight;
  CHECK(flight.empty());
  const Bytes first = record_of(core::content_type::kHandshake, 0, 2, {16, 1, 2, 3});
  const Bytes second = record_of(core::content_type::kChangeCipherSpec, 0, 3, {1});
  CHECK(hold(flight, first));
  CHECK(hold(flight, second));
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  CHECK(flight.release() == both);
  CHECK(flight.empty());
  CHECK(flight.release().empty());
}

TEST("a plain record that is repeated under another number is the same, a protected one is not") {
  HeldFlight flight;
  CHECK(hold(flight, record_of(core::content_type::kHandshake, 0, 2, {16, 1})));
  CHECK(!hold(flight, record_of(core::content_type::kHandshake, 0, 7, {16, 1})));
  CHECK(hold(flight, record_of(core::content_type::kHandshake, 0, 7, {16, 2})));
  CHECK(hold(flight, record_of(core::content_type::kHandshake, 1, 0, {16, 1})));
  CHECK(!hold(flight, record_of(core::content_type::kHandshake, 1, 0, {16, 1})));
  CHECK(hold(flight, record_of(core::content_type::kHandshake, 1, 1, {16, 1})));
}

TEST("a held flight has no room for more than its bounds") {
  HeldFlight many;
  for (uint8_t i = 0; i < HeldFlight::kMaxRecords; ++i) CHECK(hold(many, record_of(22, 0, i, {i})));
  CHECK(!hold(many, record_of(22, 0, 99, {99})));

  HeldFlight large;
  for (uint8_t i = 0; i < 3; ++i) CHECK(hold(large, record_of(22, 0, i, Bytes(1000, i))));
  CHECK(!hold(large, record_of(22, 0, 9, Bytes(2000, 9))));
  CHECK(hold(large, record_of(22, 0, 9, Bytes(900, 9))));
  CHECK(large.release().size() <= HeldFlight::kMaxBytes);
}
