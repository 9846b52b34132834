#include "tcp_attempt.h"

#include <utility>

#include "../io/tcp_fd.h"
#include "errors.h"
#include "loop_call.h"

namespace binding {

std::shared_ptr<TcpAttempt> TcpAttempt::start(Napi::Env env, int fd, const core::Address& to, Napi::Function done) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    throw_coded(env, "ERR_CLOSED", "this environment has no event loop");
    return nullptr;
  }
  std::shared_ptr<TcpAttempt> attempt(new TcpAttempt(env, fd));
  const auto on_done = [attempt = attempt.get()](int error) { attempt->finished(error); };
  if (io::IoError error = attempt->connector_.start(loop, fd, to, on_done)) {
    throw_io_error(env, error, to.ip_text(), to.port);
    return nullptr;
  }
  attempt->hold(done);
  return attempt;
}

void TcpAttempt::hold(Napi::Function done) {
  self_ = shared_from_this();
  done_ = Napi::Persistent(done);
  napi_async_init(env_, nullptr, Napi::String::New(env_, "LWM2M_TLS_CONNECT"), &async_context_);
  napi_add_async_cleanup_hook(
      env_, [](napi_async_cleanup_hook_handle, void* data) { static_cast<TcpAttempt*>(data)->environment_ends(); },
      this, &hook_);
}

void TcpAttempt::give_up() {
  if (std::exchange(over_, true)) return;
  connector_.cancel();
  let_go();
}

/// Nobody is left who could close the descriptor of an attempt under way.
void TcpAttempt::environment_ends() {
  if (over_) return;
  give_up();
  io::close_tcp(fd_);
}

void TcpAttempt::finished(int error) {
  if (std::exchange(over_, true)) return;
  Napi::HandleScope scope(env_);
  call_from_loop(env_, async_context_, done_.Value(), error);
  let_go();
}

/// The handle is being closed; what is left waits for that.
void TcpAttempt::let_go() {
  done_.Reset();
  napi_async_destroy(env_, async_context_);
  handles_.when_none([this] {
    napi_remove_async_cleanup_hook(hook_);
    self_.reset();  // may destroy this
  });
}

}  // namespace binding
