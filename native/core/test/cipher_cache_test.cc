#include "../cipher_cache.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <random>

#include "own_records.h"
#include "test.h"

using core::CipherCache;
using core::RecordLayer;

namespace {

constexpr uint8_t kData = core::content_type::kApplicationData;

const core::CipherSuite& any_suite(const std::vector<const core::CipherSuite*>& suites, size_t n) {
  return *suites[n % suites.size()];
}

}  // namespace

TEST("records open at their own peer only, when three times as many peers speak as the cache has places") {
  constexpr size_t kPairs = 1500;
  const std::vector<const core::CipherSuite*> suites = aead_suites();
  CipherCache ciphers;
  std::deque<LayerPair> pairs;
  for (size_t i = 0; i < kPairs; ++i) pairs.emplace_back(ciphers, any_suite(suites, i));
  std::mt19937 random(1);
  std::vector<uint8_t> text;
  for (int i = 0; i < 10'000; ++i) {
    const size_t n = random() % kPairs;
    const bool to_right = random() % 2 == 0;
    RecordLayer& from = to_right ? pairs[n].left : pairs[n].right;
    RecordLayer& to = to_right ? pairs[n].right : pairs[n].left;
    const std::string said = std::to_string(n) + " says " + std::to_string(i);
    const std::vector<uint8_t> record = seal(from, kData, core::bytes_of(said));
    // The same place of the cache, the same suite, another owner.
    RecordLayer& stranger = pairs[(n + suites.size() * 256) % kPairs].right;
    CHECK(open(stranger, record, text) != RecordLayer::Opened::kOk);
    CHECK(open(to, record, text) == RecordLayer::Opened::kOk);
    CHECK(std::string(text.begin(), text.end()) == said);
  }
}

TEST("peers that share a place of the cache take it from each other in mid-conversation") {
  CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    for (const core::CipherSuite* other : aead_suites()) {
      LayerPair first(ciphers, *suite);
      for (int i = 0; i < 510; ++i) ciphers.add_owner();
      LayerPair second(ciphers, *other);  // 512 owners later
      std::vector<uint8_t> text;
      for (int i = 0; i < 4; ++i) {
        const std::vector<uint8_t> one = seal(first.left, kData, core::bytes_of("first"));
        const std::vector<uint8_t> two = seal(second.left, kData, core::bytes_of("second"));
        CHECK(open(second.right, two, text) == RecordLayer::Opened::kOk);
        CHECK(open(first.right, one, text) == RecordLayer::Opened::kOk);
        CHECK(std::string(text.begin(), text.end()) == "first");
      }
    }
  }
}

TEST("an owner that has gone leaves no context that its successor in the place could use") {
  CipherCache ciphers;
  const core::CipherSuite& suite = *core::find_cipher_suite(0xc0a8);
  std::vector<uint8_t> record;
  {
    LayerPair gone(ciphers, suite);
    record = seal(gone.left, kData, core::bytes_of("mine"));
  }
  for (int i = 0; i < 600; ++i) {
    LayerPair next(ciphers, suite);
    std::vector<uint8_t> text;
    CHECK(open(next.right, record, text) == RecordLayer::Opened::kUnauthenticated);
    CHECK(open(next.left, record, text) == RecordLayer::Opened::kUnauthenticated);
  }
}

TEST("a record that does not open leaves the context fit for the next one") {
  CipherCache ciphers;
  for (const core::CipherSuite* suite : aead_suites()) {
    LayerPair pair(ciphers, *suite);
    std::vector<uint8_t> text;
    for (size_t i = 0; i < 20; ++i) {
      const std::vector<uint8_t> good = seal(pair.left, kData, core::bytes_of("good"));
      std::vector<uint8_t> bad = good;
      bad.back() ^= 1;
      CHECK(open(pair.right, bad, text) == RecordLayer::Opened::kUnauthenticated);
      CHECK(open(pair.right, good, text) == RecordLayer::Opened::kOk);
    }
  }
}
