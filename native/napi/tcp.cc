#include "tcp.h"

#include <limits>
#include <memory>
#include <string>

#include "../io/sockaddr.h"
#include "../io/tcp_fd.h"
#include "address_value.h"
#include "arguments.h"
#include "endpoint_settings.h"
#include "properties.h"
#include "tcp_attempt.h"

namespace binding {

namespace {

constexpr uint64_t kMaxFd = std::numeric_limits<int32_t>::max();
constexpr uint64_t kMaxBacklog = 65535;

Napi::Value open_tcp(const Napi::CallbackInfo& info) {
  Properties properties(info.Env(), info[0], "settings");
  io::TcpOptions options;
  const std::string address = properties.text("address");
  const auto port = static_cast<uint16_t>(properties.natural("port", kMaxPort));
  options.bind = properties.boolean("bind");
  options.backlog = static_cast<int>(properties.natural("backlog", kMaxBacklog));
  options.reuse_address = properties.boolean("reuseAddress");
  options.routing = read_routing_options(properties);
  if (!properties.valid()) return {};

  const auto local = io::parse_address(address, port);
  options.local = local.value_or(core::Address());
  int fd = -1;
  if (io::IoError error = local ? io::open_tcp(options, fd) : io::invalid_address("bind")) {
    throw_io_error(info.Env(), error, address, port);
    return {};
  }
  return Napi::Number::New(info.Env(), fd);
}

Napi::Value connect_tcp(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = static_cast<int>(arguments.natural(0, kMaxFd));
  const auto to = io::parse_address(arguments.text(1), static_cast<uint16_t>(arguments.natural(2, kMaxPort)));
  arguments.expect(to.has_value(), 1, "a numeric address");
  const Napi::Function done = arguments.function(3);
  if (!arguments.valid()) return {};

  const std::weak_ptr<TcpAttempt> attempt = TcpAttempt::start(info.Env(), fd, *to, done);
  if (attempt.expired()) return {};
  return Napi::Function::New(info.Env(), [attempt](const Napi::CallbackInfo&) {
    if (const auto living = attempt.lock()) living->give_up();
  });
}

Napi::Value tcp_address(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = static_cast<int>(arguments.natural(0, kMaxFd));
  if (!arguments.valid()) return {};
  core::Address address;
  if (io::IoError error = io::tcp_address(fd, address)) {
    throw_io_error(info.Env(), error, "", 0);
    return {};
  }
  return address_value(info.Env(), address);
}

Napi::Value shutdown_tcp(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = static_cast<int>(arguments.natural(0, kMaxFd));
  if (!arguments.valid()) return {};
  return Napi::Number::New(info.Env(), io::shut_down_tcp(fd));
}

Napi::Value close_tcp(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = static_cast<int>(arguments.natural(0, kMaxFd));
  if (!arguments.valid()) return {};
  io::close_tcp(fd);
  return info.Env().Undefined();
}

}  // namespace

void define_tcp(Napi::Env env, Napi::Object exports) {
  exports.Set("openTcp", Napi::Function::New<open_tcp>(env, "openTcp"));
  exports.Set("connectTcp", Napi::Function::New<connect_tcp>(env, "connectTcp"));
  exports.Set("tcpAddress", Napi::Function::New<tcp_address>(env, "tcpAddress"));
  exports.Set("shutdownTcp", Napi::Function::New<shutdown_tcp>(env, "shutdownTcp"));
  exports.Set("closeTcp", Napi::Function::New<close_tcp>(env, "closeTcp"));
}

}  // namespace binding
