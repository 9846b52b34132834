#include "routing_options.h"

#include <uv.h>

#ifdef __linux__
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#endif

namespace io {

#ifdef __linux__

namespace {

bool set(int fd, int level, int name, int value) { return setsockopt(fd, level, name, &value, sizeof value) == 0; }

/// An IPv6 socket marks IPv4 packets, which it sends to mapped addresses, by the IPv4 option.
bool set_dscp(int fd, int family, int dscp) {
  const int traffic_class = dscp << 2;
  if (family == 6 && !set(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class)) return false;
  return set(fd, IPPROTO_IP, IP_TOS, traffic_class);
}

/// The kernel would cut a longer name, and take the interface that is called so.
bool set_interface(int fd, const std::string& name) {
  if (name.size() >= IFNAMSIZ || name.find('\0') != std::string::npos) {
    errno = ENODEV;
    return false;
  }
  return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.data(), static_cast<socklen_t>(name.size())) == 0;
}

bool set_transparent(int fd, int family) {
  return family == 4 ? set(fd, IPPROTO_IP, IP_TRANSPARENT, 1) : set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
}

}  // namespace

IoError apply_routing_options(int fd, int family, const RoutingOptions& options) {
  const auto failed = [] { return IoError{-errno, "setsockopt"}; };
  if (options.dscp != 0 && !set_dscp(fd, family, options.dscp)) return failed();
  // After the DSCP, from which the kernel derives a priority too.
  if (options.priority != 0 && !set(fd, SOL_SOCKET, SO_PRIORITY, options.priority)) return failed();
  if (!options.interface_name.empty() && !set_interface(fd, options.interface_name)) return failed();
  if (options.transparent && !set_transparent(fd, family)) return failed();
  return {};
}

#else

IoError apply_routing_options(int, int, const RoutingOptions& options) {
  return options.any() ? IoError{UV_ENOTSUP, "setsockopt"} : IoError{};
}

#endif

}  // namespace io
