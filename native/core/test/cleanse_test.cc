#include <algorithm>
#include <vector>

#include "../openssl.h"
#include "test.h"

TEST("OPENSSL_cleanse clears what it is given, every byte and not one more") {
  OPENSSL_cleanse(nullptr, 0);
  for (size_t size = 0; size < 300; ++size) {
    std::vector<uint8_t> bytes(size + 2, 0xa5);
    OPENSSL_cleanse(bytes.data() + 1, size);
    CHECK(std::all_of(bytes.begin() + 1, bytes.end() - 1, [](uint8_t byte) { return byte == 0; }));
    CHECK_EQUAL(bytes.front(), 0xa5);
    CHECK_EQUAL(bytes.back(), 0xa5);
  }
}
