#include "../address.h"

#include "test.h"

namespace {

core::Address ipv6(std::array<uint16_t, 8> groups, uint32_t scope = 0) {
  core::Address address;
  address.family = 6;
  address.scope = scope;
  for (int i = 0; i < 8; ++i) {
    address.ip[2 * i] = static_cast<uint8_t>(groups[i] >> 8);
    address.ip[2 * i + 1] = static_cast<uint8_t>(groups[i]);
  }
  return address;
}

}  // namespace

TEST("addresses are written as RFC 5952 asks") {
  core::Address v4;
  v4.family = 4;
  v4.ip = {192, 0, 2, 255};
  CHECK(v4.ip_text() == "192.0.2.255");
  CHECK(ipv6({0, 0, 0, 0, 0, 0, 0, 0}).ip_text() == "::");
  CHECK(ipv6({0, 0, 0, 0, 0, 0, 0, 1}).ip_text() == "::1");
  CHECK(ipv6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}).ip_text() == "2001:db8::1");
  CHECK(ipv6({0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}).ip_text() == "2001:db8:0:1:1:1:1:1");
  CHECK(ipv6({0x2001, 0, 0, 1, 0, 0, 0, 1}).ip_text() == "2001:0:0:1::1");
  CHECK(ipv6({0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}).ip_text() == "2001:db8::1:0:0:1");
  CHECK(ipv6({1, 0, 0, 0, 0, 0, 0, 0}).ip_text() == "1::");
  CHECK(ipv6({0xfe80, 0, 0, 0, 0, 0, 0, 0xa}, 2).ip_text() == "fe80::a%2");
  CHECK(core::Address{}.ip_text().empty());
}
