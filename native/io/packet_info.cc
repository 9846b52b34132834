#ifdef __linux__

#include "packet_info.h"

#include <cstring>

#include "sockaddr.h"

namespace io {

bool PacketInfo::enable(int fd, int family) {
  const int on = 1;
  return family == 4 ? setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0
                     : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) == 0;
}

void PacketInfo::read(const msghdr& header, core::Address& address) {
  auto* message = const_cast<msghdr*>(&header);
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr; control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      // The address to answer from; unlike ipi_addr never a broadcast one.
      std::memcpy(address.local.data(), &info.ipi_spec_dst, 4);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;
      const uint8_t* bytes = info.ipi6_addr.s6_addr;
      if (address.family == 4) {
        std::memcpy(address.local.data(), bytes + 12, 4);
      } else {
        std::memcpy(address.local.data(), bytes, 16);
      }
    }
  }
}

void PacketInfo::write(const core::Address& address, int family, msghdr& header) {
  if (!address.has_local()) return;
  std::memset(bytes_, 0, sizeof bytes_);
  header.msg_control = bytes_;
  header.msg_controllen = sizeof bytes_;
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  if (family == 4) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, address.local.data(), 4);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(control), &info, sizeof info);
    header.msg_controllen = CMSG_SPACE(sizeof info);
    return;
  }
  core::Address source = address;
  source.ip = address.local;
  SocketAddress mapped;
  to_sockaddr(source, family, mapped);
  in6_pktinfo info{};
  info.ipi6_addr = mapped.v6.sin6_addr;
  info.ipi6_ifindex = address.scope;
  control->cmsg_level = IPPROTO_IPV6;
  control->cmsg_type = IPV6_PKTINFO;
  control->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(control), &info, sizeof info);
}

}  // namespace io

#endif  // __linux__
