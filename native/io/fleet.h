#pragma once

#include <cstdint>

#include "../core/address.h"
#include "io_error.h"

namespace io {

/// Where the devices of a fleet send from.
struct FleetOptions {
  uint32_t sockets = 0;
  core::Address first_source;  ///< family 0: the system chooses, and each socket is that of one device
  uint64_t sources = 0;        ///< addresses from `first_source` on, each of them on every socket
};

/// A socket that stands for many devices which all speak to one server. What the engine behind it takes for the
/// address of a peer is the device's own: the server's is the same for all of them.
///
/// Devices are told apart by slots, 0 to size() - 1: slot s has socket s % sockets and address s / sockets.
class Fleet {
 public:
  virtual ~Fleet() = default;
  virtual uint64_t size() const = 0;
  /// The slot must exist.
  virtual core::Address address_of(uint64_t slot) const = 0;
  /// Where the system chooses: the slot has another port when this returns. Nothing where there is a pool of addresses.
  virtual IoError renew(uint64_t slot) = 0;
};

}  // namespace io
