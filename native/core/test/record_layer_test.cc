#include "../record_layer.h"

#include <algorithm>

#include "own_records.h"
#include "test.h"

using core::RecordHeader;
using core::RecordLayer;
using Opened = core::RecordLayer::Opened;

namespace {

constexpr uint8_t kData = core::content_type::kApplicationData;

/// The replay window of `layer` is what it was.
struct Unmoved {
  explicit Unmoved(const RecordLayer& layer) : layer(layer), window(layer.state().window) {}
  ~Unmoved() { CHECK(layer.state().window == window); }
  const RecordLayer& layer;
  const core::ReplayWindow window;
};

void write_length(std::vector<uint8_t>& record) {
  core::write_u16(&record[11], static_cast<uint16_t>(record.size() - RecordHeader::kSize));
}

void write_sequence(std::vector<uint8_t>& record, uint64_t sequence) {
  core::write_u24(&record[5], static_cast<uint32_t>(sequence >> 24));
  core::write_u24(&record[8], static_cast<uint32_t>(sequence & 0xffffff));
}

}  // namespace

TEST("a record of every type and size opens once, empty ones included") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    std::vector<uint8_t> text;
    for (const uint8_t type : {20, 21, 22, 23}) {
      for (const size_t size : {0, 1, 15, 16, 17, 1000, 16383, 16384}) {
        const std::vector<uint8_t> sent(size, static_cast<uint8_t>(size));
        const std::vector<uint8_t> record = seal(pair.left, type, sent);
        CHECK_EQUAL(record.size(), RecordHeader::kSize + suite->aead.overhead() + size);
        CHECK(open(pair.right, record, text) == Opened::kOk);
        CHECK(text == sent);
        CHECK(open(pair.right, record, text) == Opened::kReplayed);
      }
    }
  }
}

TEST("a record with any one bit flipped, in its header or behind it, does not open and changes nothing") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite, 0x010203040506);
    const std::vector<uint8_t> record = seal(pair.left, kData, core::bytes_of("nobody changes this"));
    std::vector<uint8_t> text;
    {
      const Unmoved unmoved(pair.right);
      for (size_t bit = 0; bit < record.size() * 8; ++bit) {
        std::vector<uint8_t> damaged = record;
        damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        CHECK(open(pair.right, damaged, text) != Opened::kOk);
      }
    }
    CHECK(open(pair.right, record, text) == Opened::kOk);
  }
}

TEST("a record that was cut or made longer does not open, whatever length its header says") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    const std::vector<uint8_t> record = seal(pair.left, kData, core::bytes_of("all of it or nothing"));
    std::vector<uint8_t> text;
    {
      const Unmoved unmoved(pair.right);
      for (size_t size = RecordHeader::kSize; size < record.size() + 40; ++size) {
        if (size == record.size()) continue;
        std::vector<uint8_t> other = record;
        other.resize(size);
        write_length(other);
        const bool short_of_overhead = size < RecordHeader::kSize + suite->aead.overhead();
        CHECK(open(pair.right, other, text) == (short_of_overhead ? Opened::kMalformed : Opened::kUnauthenticated));
      }
    }
    CHECK(open(pair.right, record, text) == Opened::kOk);
  }
}

TEST("a record longer than the protocol allows is malformed before it is decrypted") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    std::vector<uint8_t> record = seal(pair.left, kData, {});
    std::vector<uint8_t> text;
    const size_t limit = RecordHeader::kSize + suite->aead.overhead() + RecordLayer::kMaxPlaintext;
    record.resize(limit);
    write_length(record);
    CHECK(open(pair.right, record, text) == Opened::kUnauthenticated);
    record.resize(limit + 1);
    write_length(record);
    CHECK(open(pair.right, record, text) == Opened::kMalformed);
  }
}

TEST("records of another epoch, version, type or sequence number are told apart and change nothing") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite, 5);
    const std::vector<uint8_t> record = seal(pair.left, kData, core::bytes_of("as it was sealed"));
    const auto opened_with = [&](auto change) {
      std::vector<uint8_t> other = record;
      change(other);
      std::vector<uint8_t> text;
      const Unmoved unmoved(pair.right);
      return open(pair.right, other, text);
    };
    for (const uint16_t epoch : {0, 2, 3, 0x101, 0xffff}) {
      CHECK(opened_with([&](auto& other) { core::write_u16(&other[3], epoch); }) == Opened::kOutOfEpoch);
    }
    for (const uint16_t version : {0xfeff, 0xfefc, 0xfefe}) {
      CHECK(opened_with([&](auto& other) { core::write_u16(&other[1], version); }) == Opened::kMalformed);
    }
    for (const uint8_t type : {20, 21, 22, 24, 25}) {
      CHECK(opened_with([&](auto& other) { other[0] = type; }) == Opened::kUnauthenticated);
    }
    for (const uint64_t sequence : {uint64_t{0}, uint64_t{4}, uint64_t{6}, RecordLayer::kLastSequence}) {
      CHECK(opened_with([&](auto& other) { write_sequence(other, sequence); }) == Opened::kUnauthenticated);
    }
    std::vector<uint8_t> text;
    CHECK(open(pair.right, record, text) == Opened::kOk);
  }
}

TEST("a record does not open where it was sealed, nor in the other direction") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    std::vector<uint8_t> text;
    CHECK(open(pair.left, seal(pair.left, kData, core::bytes_of("mine")), text) == Opened::kUnauthenticated);
    CHECK(open(pair.left, seal(pair.right, kData, core::bytes_of("yours")), text) == Opened::kOk);
  }
}

TEST("open_own() opens what was sealed here, says no to all else, and disturbs neither direction") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    std::vector<uint8_t> text;
    for (int i = 0; i < 3; ++i) {
      const std::vector<uint8_t> mine = seal(pair.left, kData, core::bytes_of("mine"));
      const std::vector<uint8_t> yours = seal(pair.right, kData, core::bytes_of("yours"));
      const auto opens = [&](const std::vector<uint8_t>& record) {
        core::ByteView rest = record;
        RecordHeader header;
        core::ByteView payload;
        core::ByteView plaintext;
        CHECK(core::next_record(rest, header, payload));
        std::vector<uint8_t> room(payload.size());
        const Unmoved unmoved(pair.left);
        const bool opened = pair.left.open_own(header, payload, room.data(), plaintext);
        return opened && std::string(plaintext.begin(), plaintext.end()) == "mine";
      };
      CHECK(opens(mine));
      CHECK(opens(mine));
      CHECK(!opens(yours));
      CHECK(open(pair.left, yours, text) == Opened::kOk);
      CHECK(open(pair.right, mine, text) == Opened::kOk);
    }
  }
}

TEST("the last sequence number is used and read, and none comes after it") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite, RecordLayer::kLastSequence - 1);
    std::vector<uint8_t> text;
    const std::vector<uint8_t> last_but_one = seal(pair.left, kData, core::bytes_of("last but one"));
    CHECK(pair.left.can_seal());
    const std::vector<uint8_t> last = seal(pair.left, kData, core::bytes_of("last"));
    CHECK(std::all_of(last.begin() + 5, last.begin() + 11, [](uint8_t byte) { return byte == 0xff; }));
    CHECK(!pair.left.can_seal());
    for (int i = 0; i < 3; ++i) CHECK(seal(pair.left, kData, core::bytes_of("never")).empty());
    CHECK(open(pair.right, last, text) == Opened::kOk);
    CHECK(open(pair.right, last_but_one, text) == Opened::kOk);
    CHECK(open(pair.right, last, text) == Opened::kReplayed);
    CHECK(open(pair.right, last_but_one, text) == Opened::kReplayed);
  }
}

TEST("a record that does not open leaves no plaintext behind") {
  core::CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    const std::string secret(200, 's');
    std::vector<uint8_t> record = seal(pair.left, kData, core::bytes_of(secret));
    record.back() ^= 1;
    core::ByteView rest = record;
    RecordHeader header;
    core::ByteView payload;
    core::ByteView plaintext;
    CHECK(core::next_record(rest, header, payload));
    std::vector<uint8_t> room(payload.size());
    CHECK(pair.right.open(header, payload, room.data(), plaintext) == Opened::kUnauthenticated);
    CHECK(plaintext.empty());
    CHECK(std::string(room.begin(), room.end()).find("ssssssss") == std::string::npos);
  }
}

TEST("keys are wiped when a record layer or a master secret goes, and moved without a copy left behind") {
  core::CipherCache ciphers;
  RecordLayer::State state;
  state.suite = core::find_cipher_suite(0xc0a8);
  state.read.key.fill(0xa1);
  state.write.key.fill(0xa2);
  alignas(RecordLayer) std::array<uint8_t, sizeof(RecordLayer)> place{};
  const auto holds = [](const void* where, size_t size, uint8_t byte) {
    const std::string run(16, static_cast<char>(byte));
    return std::string(static_cast<const char*>(where), size).find(run) != std::string::npos;
  };
  auto* layer = new (place.data()) RecordLayer(ciphers, std::move(state));
  CHECK(!holds(&state, sizeof state, 0xa1) && !holds(&state, sizeof state, 0xa2));
  CHECK(holds(place.data(), place.size(), 0xa1) && holds(place.data(), place.size(), 0xa2));
  CHECK(!seal(*layer, kData, core::bytes_of("x")).empty());
  layer->~RecordLayer();
  CHECK(!holds(place.data(), place.size(), 0xa1) && !holds(place.data(), place.size(), 0xa2));
}
