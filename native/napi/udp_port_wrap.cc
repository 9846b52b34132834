#include "udp_port_wrap.h"

#include <string>

#include "../io/sockaddr.h"
#include "address_value.h"
#include "endpoint_settings.h"
#include "properties.h"

namespace binding {

Napi::Function UdpPortWrap::define(Napi::Env env) {
  return DefineClass(env, "UdpPort",
                     {
                         define_getter<&UdpPortWrap::descriptor>("descriptor"),
                         define_method<&UdpPortWrap::address>("address"),
                         define_method<&UdpPortWrap::close>("close"),
                     });
}

UdpPortWrap::UdpPortWrap(const Napi::CallbackInfo& info) : Wrapped(info) {
  Properties properties(info.Env(), info[0], "settings");
  const std::string address = properties.text("address");
  const auto port = static_cast<uint16_t>(properties.natural("port", kMaxPort));
  io::SocketOptions options;
  read_socket_options(properties, options);
  if (!properties.valid()) return;

  const auto local = io::parse_address(address, port);
  if (local) options.local = *local;
  if (io::IoError error = local ? port_.open(options) : io::invalid_address("bind")) {
    throw_io_error(info.Env(), error, address, port);
  }
}

Napi::Value UdpPortWrap::descriptor(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), port_.descriptor());
}

Napi::Value UdpPortWrap::address(const Napi::CallbackInfo& info) {
  return address_value(info.Env(), port_.local_address());
}

Napi::Value UdpPortWrap::close(const Napi::CallbackInfo& info) {
  port_.close();
  return info.Env().Undefined();
}

}  // namespace binding
