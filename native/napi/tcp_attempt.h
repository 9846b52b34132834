#pragma once

#include <napi.h>

#include <memory>

#include "../io/tcp_connector.h"

namespace binding {

/// One connectTcp() until libuv has let go of its handle. Owns itself for that time; the environment's end waits for
/// it, since a handle that outlives a worker's loop would abort the process.
class TcpAttempt final : public std::enable_shared_from_this<TcpAttempt> {
 public:
  /// Null with an exception pending when it cannot even begin.
  static std::shared_ptr<TcpAttempt> start(Napi::Env env, int fd, const core::Address& to, Napi::Function done);
  TcpAttempt(const TcpAttempt&) = delete;
  TcpAttempt& operator=(const TcpAttempt&) = delete;
  ~TcpAttempt() = default;

  /// `done` is not called any more. Idempotent.
  void give_up();

 private:
  TcpAttempt(Napi::Env env, int fd) : env_(env), fd_(fd), connector_(handles_) {}

  void hold(Napi::Function done);
  void environment_ends();
  void finished(int error);
  void let_go();

  const Napi::Env env_;
  const int fd_;
  io::HandleCount handles_;
  io::TcpConnector connector_;  // after handles_, which must outlive it
  Napi::FunctionReference done_;
  napi_async_context async_context_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::shared_ptr<TcpAttempt> self_;
  bool over_ = false;  ///< done was called, or will not be
};

}  // namespace binding
