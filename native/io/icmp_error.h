#pragma once

#ifdef __linux__

#include <optional>

#include "../core/address.h"

namespace io {

/// What the network has said about a datagram that a UDP socket has sent.
struct IcmpError {
  core::Address from;  ///< our own IP address that the datagram had left from, without a port; family 0: not known
  int number;          ///< as in IoError
};

/// Has the errors of an unconnected socket kept for read_icmp_error(). False with errno when the kernel refuses.
bool enable_icmp_errors(int fd, int family);

/// The oldest that waits; nothing when there is none. One that is not from the network has number 0.
std::optional<IcmpError> read_icmp_error(int fd);

}  // namespace io

#endif  // __linux__
