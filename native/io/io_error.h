#pragma once

#include <string>

namespace io {

/// What the system refused. `number` is a libuv error code (negative; -errno on Unix), 0 for success.
struct IoError {
  int number = 0;
  const char* syscall = "";

  explicit operator bool() const { return number != 0; }
};

/// The text did not parse as an address.
IoError invalid_address(const char* syscall);
/// An IPv4 socket, an IPv6 address.
IoError family_mismatch(const char* syscall);

/// Such as "EADDRINUSE".
std::string error_name(int number);

/// Errors (numbers as in IoError) that say something about a datagram, a peer or the moment; after any other one the
/// socket itself is of no use.
bool is_passing_error(int number);

/// The part of them that tells that a peer cannot be reached.
bool is_unreachable_error(int number);

}  // namespace io
