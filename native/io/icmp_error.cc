#ifdef __linux__

#include "icmp_error.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace io {

namespace {

template <typename T>
T read_data(const cmsghdr* control) {
  T value;
  std::memcpy(&value, CMSG_DATA(control), sizeof value);
  return value;
}

void read_control(const cmsghdr* control, IcmpError& out) {
  const int level = control->cmsg_level;
  const int type = control->cmsg_type;
  if ((level == IPPROTO_IP && type == IP_RECVERR) || (level == IPPROTO_IPV6 && type == IPV6_RECVERR)) {
    const auto error = read_data<sock_extended_err>(control);
    const bool of_network = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
    if (of_network) out.number = -static_cast<int>(error.ee_errno);
  } else if (level == IPPROTO_IP && type == IP_PKTINFO) {
    const auto info = read_data<in_pktinfo>(control);
    std::memcpy(out.from.ip.data(), &info.ipi_addr, 4);
    out.from.family = 4;
  } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
    const auto info = read_data<in6_pktinfo>(control);
    std::memcpy(out.from.ip.data(), &info.ipi6_addr, 16);
    out.from.family = 6;
  }
}

}  // namespace

bool enable_icmp_errors(int fd, int family) {
  const int on = 1;
  return family == 4 ? setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0
                     : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on) == 0;
}

std::optional<IcmpError> read_icmp_error(int fd) {
  // The error with the address of who reports it, and a PacketInfo.
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t received;
  do {
    received = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return std::nullopt;

  IcmpError result{{}, 0};
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) read_control(at, result);
  return result;
}

}  // namespace io

#endif  // __linux__
