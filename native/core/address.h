#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace core {

/// Transport address of a peer, independent of any socket API. IPv4 uses the first four bytes of `ip`, the rest
/// is zero; an IPv4-mapped IPv6 address is always held as IPv4, so that one peer has one address.
struct Address {
  std::array<uint8_t, 16> ip{};
  /// Our own IP address that the peer speaks to, in the same form: answers must leave from it. All zero where the
  /// socket has only one, i.e. unless it is bound to a wildcard address.
  std::array<uint8_t, 16> local{};
  uint32_t scope = 0;  ///< IPv6 zone index, 0 when there is none
  uint16_t port = 0;   ///< host byte order
  uint8_t family = 0;  ///< 4, 6, or 0 for "no address"

  bool operator==(const Address&) const = default;
  bool has_local() const { return local != std::array<uint8_t, 16>{}; }

  /// `seed` is secret and random per table, so that nobody can choose addresses that collide.
  uint64_t hash(uint64_t seed) const;

  /// The IP address alone: dotted quad, or RFC 5952 with `%scope` where there is one.
  std::string ip_text() const;
};

}  // namespace core
