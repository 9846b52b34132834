#pragma once

#include <cstddef>

namespace io {

/// Takes what the reactor has collected; the one way out of io.
class EventReader {
 public:
  virtual ~EventReader() = default;

  /// Reads the first `count` records of the sink. May call any function of the reactor from inside; must leave the
  /// sink with room for more. False: no events will be read any more.
  virtual bool deliver(size_t count) = 0;

  /// False when the memory that the sink writes to is gone: deliver() puts that right, with or without events.
  virtual bool memory_valid() = 0;

  /// True from the first endpoint that opens until the kEndpointClosed of the last one has been delivered.
  virtual void activity_changed(bool active) = 0;
};

}  // namespace io
