#include "sockaddr.h"

#include <charconv>
#include <cstring>

namespace io {

namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

core::Address from_sockaddr(const sockaddr* address) {
  core::Address result;
  if (address->sa_family == AF_INET) {
    auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    std::memcpy(result.ip.data(), &v4->sin_addr, 4);
    result.port = ntohs(v4->sin_port);
    result.family = 4;
    return result;
  }
  if (address->sa_family != AF_INET6) return result;

  auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  auto* bytes = reinterpret_cast<const uint8_t*>(&v6->sin6_addr);
  result.port = ntohs(v6->sin6_port);
  if (std::memcmp(bytes, kMappedPrefix, sizeof kMappedPrefix) == 0) {
    std::memcpy(result.ip.data(), bytes + sizeof kMappedPrefix, 4);
    result.family = 4;
  } else {
    std::memcpy(result.ip.data(), bytes, 16);
    // The kernel reports a zone for link-local addresses only, whatever was given with another one.
    if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) result.scope = v6->sin6_scope_id;
    result.family = 6;
  }
  return result;
}

socklen_t to_sockaddr(const core::Address& address, int family, SocketAddress& out) {
  if (family == 4) {
    if (address.family != 4) return 0;
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(address.port);
    std::memcpy(&out.v4.sin_addr, address.ip.data(), 4);
    return sizeof out.v4;
  }
  if (address.family == 0) return 0;
  out.v6 = {};
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(address.port);
  auto* bytes = reinterpret_cast<uint8_t*>(&out.v6.sin6_addr);
  if (address.family == 4) {
    std::memcpy(bytes, kMappedPrefix, sizeof kMappedPrefix);
    std::memcpy(bytes + sizeof kMappedPrefix, address.ip.data(), 4);
  } else {
    std::memcpy(bytes, address.ip.data(), 16);
    out.v6.sin6_scope_id = address.scope;
  }
  return sizeof out.v6;
}

std::optional<core::Address> parse_address(const std::string& ip, uint16_t port) {
  SocketAddress parsed;
  if (uv_ip4_addr(ip.c_str(), port, &parsed.v4) == 0) return from_sockaddr(&parsed.any);
  if (uv_ip6_addr(ip.c_str(), port, &parsed.v6) != 0) return std::nullopt;
  // libuv takes names of interfaces only; we write zones as numbers.
  if (const size_t zone = ip.find('%'); zone != std::string::npos && parsed.v6.sin6_scope_id == 0) {
    const char* const end = ip.data() + ip.size();
    uint32_t number = 0;
    const auto [stop, error] = std::from_chars(ip.data() + zone + 1, end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    parsed.v6.sin6_scope_id = number;
  }
  return from_sockaddr(&parsed.any);
}

}  // namespace io
