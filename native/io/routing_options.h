#pragma once

#include <string>

#include "io_error.h"

namespace io {

/// How the network treats what a socket sends, and where it may go.
struct RoutingOptions {
  int dscp = 0;                ///< 0..63, in IP_TOS and IPV6_TCLASS; 0 leaves the system's
  int priority = 0;            ///< 0..7, SO_PRIORITY; 0 leaves the system's
  std::string interface_name;  ///< SO_BINDTODEVICE; empty: any
  bool transparent = false;    ///< IP_TRANSPARENT, IPV6_TRANSPARENT

  bool any() const { return dscp != 0 || priority != 0 || !interface_name.empty() || transparent; }
};

/// Applies `options` to a socket of `family` (4 or 6) that is not bound yet. Linux has them; elsewhere ENOTSUP unless
/// there is nothing to do.
IoError apply_routing_options(int fd, int family, const RoutingOptions& options);

}  // namespace io
