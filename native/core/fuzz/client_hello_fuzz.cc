// A ClientHello, whole or its first fragment, is parsed, and written again for skip_hellos().

#include "../client_hello.h"

#include <algorithm>

#include "../record_filter.h"
#include "fuzz.h"

namespace {

void require_inside(core::ByteView part, core::ByteView whole) {
  REQUIRE(part.data() >= whole.data());
  REQUIRE(part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> datagram(data, data + size);
  core::ClientHello hello;
  if (!core::parse_client_hello(datagram, hello)) return 0;

  REQUIRE(core::looks_like_client_hello(datagram));
  REQUIRE(hello.record.epoch == 0);
  const core::ByteView record = core::ByteView(datagram).subspan(core::RecordHeader::kSize, hello.record.length);
  for (const core::ByteView part : {hello.before_cookie, hello.cookie, hello.cipher_suites})
    require_inside(part, record);
  REQUIRE(hello.random().size() == 32);
  REQUIRE(core::acceptable_plain_record(hello.record, record, core::Role::kServer, hello.length));

  const uint16_t sequence = hello.message_sequence;
  const std::vector<uint8_t> copy = core::hello_without_cookie(hello, sequence);
  core::ClientHello again;
  REQUIRE(core::parse_client_hello(copy, again));
  REQUIRE(again.whole && again.cookie.empty() && again.message_sequence == sequence);
  REQUIRE(std::ranges::equal(again.before_cookie, hello.before_cookie));
  REQUIRE(std::ranges::equal(again.cipher_suites, hello.cipher_suites));
  return 0;
}
