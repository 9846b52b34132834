#pragma once

#include <napi.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "../io/endpoint.h"
#include "properties.h"

namespace binding {

/// `NativeEndpointSettings` of `lib/binding.ts`, and the addresses as they were written, for error messages.
struct EndpointSettings {
  io::EndpointOptions options;
  std::string address;
  uint16_t port = 0;
  std::string remote_address;
  uint16_t remote_port = 0;
};

/// Nothing with an exception pending when a member is wrong, or an address does not parse.
std::optional<EndpointSettings> read_endpoint_settings(Napi::Env env, Napi::Value object);

/// The same for `NativeFleetSettings`.
std::optional<EndpointSettings> read_fleet_settings(Napi::Env env, Napi::Value object);

/// Flags, buffer sizes and routing of a UDP socket, but no address.
void read_socket_options(Properties& properties, io::SocketOptions& out);

/// dscp, priority, interfaceName, transparent: UDP and TCP sockets have them in their settings.
io::RoutingOptions read_routing_options(Properties& properties);

/// Of `value`, a Context for datagrams and that role; null for anything else.
std::shared_ptr<const core::Context> datagram_context_of(Napi::Env env, Napi::Value value, core::Role role);

/// The counters live in `array`, a BigUint64Array at `memory`, which stays referenced for as long as an endpoint may
/// write to them.
std::shared_ptr<core::Counters> counters_in(Napi::Env env, Napi::Value array, uint64_t* memory);

constexpr uint64_t kMaxPort = 65535;
constexpr uint64_t kMaxDescriptor = std::numeric_limits<int32_t>::max();
constexpr uint64_t kMaxPeers = 10'000'000;

}  // namespace binding
