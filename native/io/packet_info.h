#pragma once

#ifdef __linux__

#include <netinet/in.h>
#include <sys/socket.h>

#include "../core/address.h"

namespace io {

/// Control messages that tell which of our addresses a datagram came to, and from which one an answer leaves. A socket
/// bound to a wildcard address needs them: otherwise the kernel picks the address of the outgoing interface, and a
/// client that asked another one does not recognise the answer.
class PacketInfo {
 public:
  /// Asks the kernel for them. False with errno when it refuses.
  static bool enable(int fd, int family);

  /// Sets `address.local` from what recvmmsg has written.
  static void read(const msghdr& header, core::Address& address);

  /// Room for one, for receiving or for sending.
  static constexpr size_t kSize = CMSG_SPACE(sizeof(in6_pktinfo));

  /// Makes `header` leave from `address.local`; nothing when there is none. Keeps no reference to `address`.
  void write(const core::Address& address, int family, msghdr& header);

 private:
  alignas(cmsghdr) char bytes_[kSize];
};

}  // namespace io

#endif  // __linux__
