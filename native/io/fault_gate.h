#pragma once

#include <vector>

#include "../core/faults/fault_layer.h"
#include "datagram_socket.h"

namespace io {

/// What an endpoint with faults has between its socket and its engine.
struct FaultGate {
  core::FaultLayer layer;
  core::Outbox leaving;                   ///< has passed, on its way to the socket
  size_t left = 0;                        ///< of these, how many have gone
  core::Outbox arriving;                  ///< has passed, on its way to the engine
  std::vector<ReceivedDatagram> arrived;  ///< the same as a batch
};

}  // namespace io
