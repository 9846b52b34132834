#pragma once

#include <uv.h>

#include <optional>
#include <string>

#include "../core/address.h"

namespace io {

/// Room for the two address families that we speak; much smaller than sockaddr_storage, and batches hold many.
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

/// IPv4-mapped addresses come out as IPv4. Family 0 for anything that is neither IPv4 nor IPv6.
core::Address from_sockaddr(const sockaddr* address);

/// Writes `address` for a socket of `family` (4 or 6) and returns its length: IPv4 is mapped where the socket is IPv6.
/// 0 when such a socket cannot reach the address.
socklen_t to_sockaddr(const core::Address& address, int family, SocketAddress& out);

/// Numeric text only, `%zone` allowed with IPv6; never asks a name server.
std::optional<core::Address> parse_address(const std::string& ip, uint16_t port);

}  // namespace io
