#include "../identity_reader.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "test.h"

using core::IdentityReader;
using Progress = core::IdentityReader::Progress;

namespace {

constexpr uint8_t kClientKeyExchange = 16;

using Bytes = std::vector<uint8_t>;

/// Bytes `from` to `to` of a handshake message, as a fragment with its header.
Bytes fragment(const Bytes& message, size_t from, size_t to, uint8_t type = kClientKeyExchange) {
  Bytes bytes(12);
  bytes[0] = type;
  core::write_u24(&bytes[1], static_cast<uint32_t>(message.size()));
  core::write_u24(&bytes[6], static_cast<uint32_t>(from));
  core::write_u24(&bytes[9], static_cast<uint32_t>(to - from));
  bytes.insert(bytes.end(), message.begin() + static_cast<long>(from), message.begin() + static_cast<long>(to));
  return bytes;
}

/// The body of a ClientKeyExchange; `more` is what ECDHE_PSK, say, has behind the identity.
Bytes exchange_of(const std::string& identity, size_t more = 0) {
  Bytes message(2);
  core::write_u16(message.data(), static_cast<uint16_t>(identity.size()));
  message.insert(message.end(), identity.begin(), identity.end());
  message.resize(message.size() + more, 0xee);
  return message;
}

Bytes whole(const Bytes& message) { return fragment(message, 0, message.size()); }

}  // namespace

TEST("an identity is read from a ClientKeyExchange in one piece") {
  for (const size_t length : {1, 7, 126, 127}) {
    for (const size_t more : {0, 1, 65, 400}) {
      const std::string identity(length, 'x');
      IdentityReader reader;
      CHECK(reader.read(whole(exchange_of(identity, more))) == Progress::kComplete);
      CHECK(reader.identity() == identity);
    }
  }
}

TEST("an identity is read from fragments of every size in either order") {
  const std::string identity = "urn:imei:490154203237518";
  const Bytes message = exchange_of(identity, 66);
  for (size_t size = 1; size <= message.size(); ++size) {
    std::vector<Bytes> parts;
    for (size_t at = 0; at < message.size(); at += size) {
      parts.push_back(fragment(message, at, std::min(at + size, message.size())));
    }
    for (const bool backwards : {false, true}) {
      if (backwards) std::reverse(parts.begin(), parts.end());
      IdentityReader reader;
      for (const Bytes& part : parts) reader.read(part);
      CHECK(reader.progress() == Progress::kComplete);
      CHECK(reader.identity() == identity);
    }
  }
}

TEST("an identity is complete as soon as its own bytes are there") {
  const Bytes message = exchange_of("device", 100);
  IdentityReader reader;
  CHECK(reader.read(fragment(message, 3, 108)) == Progress::kIncomplete);
  CHECK(reader.read(fragment(message, 0, 2)) == Progress::kIncomplete);
  CHECK(reader.read(fragment(message, 2, 3)) == Progress::kComplete);
  CHECK(reader.identity() == "device");
}

TEST("what overlaps counts as it came first") {
  const Bytes message = exchange_of("device");
  const Bytes other = exchange_of("DEVICE");
  IdentityReader reader;
  reader.read(fragment(message, 0, 5));
  reader.read(fragment(other, 1, 8));
  CHECK(reader.progress() == Progress::kComplete);
  CHECK(reader.identity() == "devICE");
}

TEST("a fragment of a message of another length is of another message") {
  IdentityReader reader;
  reader.read(fragment(exchange_of("device"), 0, 4));
  CHECK(reader.read(whole(exchange_of("somebody else"))) == Progress::kIncomplete);
  CHECK(reader.read(fragment(exchange_of("device"), 4, 8)) == Progress::kComplete);
  CHECK(reader.identity() == "device");
}

TEST("several fragments may come in one record, other messages among them") {
  const Bytes message = exchange_of("device");
  Bytes record = fragment(message, 0, 3, 11);
  for (const Bytes& part : {fragment(message, 0, 3), fragment(message, 3, 8)}) {
    record.insert(record.end(), part.begin(), part.end());
  }
  CHECK(IdentityReader::concerns(record));
  IdentityReader reader;
  CHECK(reader.read(record) == Progress::kComplete);
  CHECK(reader.identity() == "device");
}

TEST("other messages hold no identity") {
  for (const uint8_t type : {1, 11, 15, 20}) {
    const Bytes record = fragment(exchange_of("device"), 0, 8, type);
    IdentityReader reader;
    CHECK(!IdentityReader::concerns(record));
    CHECK(reader.read(record) == Progress::kNothing);
  }
}

TEST("an identity that is too long, or longer than its message, is told as none") {
  for (const std::string& identity : {std::string(128, 'x'), std::string(4000, 'x')}) {
    IdentityReader reader;
    CHECK(reader.read(whole(exchange_of(identity))) == Progress::kComplete);
    CHECK(reader.identity().empty());
  }
  for (Bytes message : {Bytes{}, Bytes{0}, Bytes{0, 0}, Bytes{0, 1}, Bytes{0, 3, 'a', 'b'}, Bytes{0xff, 0xff, 'a'}}) {
    IdentityReader reader;
    CHECK(reader.read(whole(message)) == Progress::kComplete);
    CHECK(reader.identity().empty());
  }
}

TEST("a NUL in an identity does not end it") {
  const std::string identity("de\0vice", 7);
  IdentityReader reader;
  reader.read(whole(exchange_of(identity)));
  CHECK(reader.identity() == identity);
}

TEST("no header is believed") {
  const Bytes record = whole(exchange_of("device", 20));
  for (size_t size = 0; size < record.size(); ++size) {
    IdentityReader reader;
    CHECK(reader.read(core::ByteView(record).first(size)) == Progress::kNothing);
  }
  for (size_t at = 0; at < 12; ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes damaged = record;
      damaged[at] = static_cast<uint8_t>(value);
      IdentityReader reader;
      reader.read(damaged);
      reader.read(record);
      CHECK(reader.identity().size() <= core::PskTable::kMaxIdentity);
    }
  }
}
