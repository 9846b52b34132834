#pragma once

#include <uv.h>

#include <functional>

#include "../core/address.h"
#include "io_error.h"
#include "uv_handle.h"

namespace io {

/// One connect(2) without blocking, on a descriptor that stays the caller's.
class TcpConnector {
 public:
  /// Gets 0 or a negative error number. The descriptor is not watched any more by then.
  using Done = std::function<void(int error)>;

  explicit TcpConnector(HandleCount& handles) : poll_(handles), refusal_(handles) {}
  TcpConnector(const TcpConnector&) = delete;
  TcpConnector& operator=(const TcpConnector&) = delete;

  /// Call once. `done` runs once and from the loop, unless this returns an error or cancel() comes first.
  IoError start(uv_loop_t* loop, int fd, const core::Address& to, Done done);
  /// Lets go of the descriptor, whatever has become of the connection. Idempotent.
  void cancel();

 private:
  IoError watch(uv_loop_t* loop);
  void refuse(uv_loop_t* loop, int error);
  void answered(int status);
  void finish(int outcome);

  UvHandle<uv_poll_t> poll_;
  UvHandle<uv_timer_t> refusal_;
  Done done_;
  int fd_ = -1;
  int refused_with_ = 0;
};

}  // namespace io
