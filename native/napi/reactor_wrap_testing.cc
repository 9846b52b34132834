#include <utility>

#include "../io/sockaddr.h"
#include "fault_settings.h"
#include "reactor_wrap.h"

namespace binding {

Napi::Value ReactorWrap::set_faults(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  io::Endpoint* endpoint = find_or_throw(info, arguments);
  if (endpoint == nullptr) return {};
  auto settings = read_fault_settings(info.Env(), info[1]);
  if (settings) endpoint->set_faults(std::move(settings->rules), std::move(settings->memory));
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::rebind_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string ip = arguments.is_null(1) ? std::string() : arguments.text(1);
  io::Endpoint* endpoint = find_or_throw(info, arguments);
  if (endpoint == nullptr) return {};
  const auto local = ip.empty() ? std::nullopt : io::parse_address(ip, 0);
  const bool parsed = ip.empty() || local.has_value();
  const io::IoError error = parsed ? reactor().rebind_socket(*endpoint, local) : io::invalid_address("bind");
  if (error) throw_io_error(info.Env(), error, ip, 0);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::hide_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const bool hidden = arguments.boolean(1);
  io::Endpoint* endpoint = find_or_throw(info, arguments);
  if (endpoint == nullptr) return {};
  const core::Address local = endpoint->local_address();
  const io::IoError error = reactor().set_hidden(*endpoint, hidden);
  if (error) throw_io_error(info.Env(), error, local.ip_text(), local.port);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::tap_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const bool tapped = arguments.boolean(1);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->set_tapped(tapped);
  return info.Env().Undefined();
}

}  // namespace binding
