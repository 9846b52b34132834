#include "endpoint_settings.h"

#include <utility>

#include "../io/sockaddr.h"
#include "context_wrap.h"
#include "errors.h"

namespace binding {

namespace {

constexpr uint64_t kMaxSocketBuffer = 1 << 30;
constexpr uint64_t kMaxMilliseconds = uint64_t{1} << 42;
constexpr uint64_t kMaxSources = uint64_t{1} << 32;
constexpr uint64_t kMaxDscp = 63;
constexpr uint64_t kMaxPriority = 7;

enum EndpointFlags : uint64_t { kIpv6Only = 1, kReuseAddress = 2, kReusePort = 4, kShareOnceBound = 8, kAllFlags = 15 };

std::optional<io::Backend> backend_named(const std::string& name) {
  if (name == "auto") return io::Backend::kAuto;
  if (name == "mmsg") return io::Backend::kMmsg;
  if (name == "uv") return io::Backend::kUv;
  return std::nullopt;
}

/// Milliseconds, 0 for never.
core::Micros read_duration(Properties& properties, const char* name) {
  const uint64_t milliseconds = properties.natural(name, kMaxMilliseconds);
  return milliseconds == 0 ? core::kNever : milliseconds * 1000;
}

void read_engine_options(Properties& properties, core::EngineOptions& out) {
  out.ip_overhead = 0;
  out.max_peers = static_cast<size_t>(properties.natural("maxPeers", kMaxPeers));
  out.limits.max_handshakes = static_cast<size_t>(properties.natural("maxHandshakes", kMaxPeers));
  out.limits.max_peers_per_address = static_cast<size_t>(properties.natural("maxPeersPerAddress", kMaxPeers));
  out.limits.max_handshakes_per_address = static_cast<size_t>(properties.natural("maxHandshakesPerAddress", kMaxPeers));
  out.idle_timeout = read_duration(properties, "idleTimeoutMillis");
  out.evict_after = read_duration(properties, "evictAfterMillis");
}

/// False with an exception pending.
bool parse_addresses(Napi::Env env, EndpointSettings& settings) {
  const auto local = io::parse_address(settings.address, settings.port);
  if (!local) {
    throw_io_error(env, io::invalid_address("bind"), settings.address, settings.port);
    return false;
  }
  settings.options.socket.local = *local;
  if (settings.remote_address.empty()) return true;
  const auto remote = io::parse_address(settings.remote_address, settings.remote_port);
  if (!remote) {
    throw_io_error(env, io::invalid_address("connect"), settings.remote_address, settings.remote_port);
    return false;
  }
  settings.options.socket.remote = *remote;
  return true;
}

}  // namespace

std::optional<EndpointSettings> read_endpoint_settings(Napi::Env env, Napi::Value object) {
  Properties properties(env, object, "settings");
  EndpointSettings result;
  const auto backend = backend_named(properties.text("backend"));
  if (properties.expect(backend.has_value(), "backend", "'auto', 'mmsg' or 'uv'")) result.options.backend = *backend;
  result.address = properties.text("address");
  result.port = static_cast<uint16_t>(properties.natural("port", kMaxPort));
  read_socket_options(properties, result.options.socket);
  read_engine_options(properties, result.options.engine);
  if (!properties.is_null("descriptor")) {
    result.options.socket.descriptor = static_cast<int>(properties.natural("descriptor", kMaxDescriptor));
  }
  if (!properties.is_null("remoteAddress")) {
    result.remote_address = properties.text("remoteAddress");
    properties.expect(!result.remote_address.empty(), "remoteAddress", "an address or null");
    result.remote_port = static_cast<uint16_t>(properties.natural("remotePort", kMaxPort));
  }
  if (!properties.is_null("context")) {
    result.options.context = datagram_context_of(env, properties.value("context"), core::Role::kServer);
    properties.expect(result.options.context != nullptr, "context", "a server Context for datagrams, or null");
  }
  const auto counters = properties.uint64s("counters");
  properties.expect(counters.length >= core::kCounterCount, "counters", "long enough");
  if (!properties.valid() || !parse_addresses(env, result)) return std::nullopt;
  result.options.counters = counters_in(env, properties.value("counters"), counters.data);
  return result;
}

std::optional<EndpointSettings> read_fleet_settings(Napi::Env env, Napi::Value object) {
  auto result = read_endpoint_settings(env, object);
  if (!result) return std::nullopt;
  Properties properties(env, object, "settings");
  result->options.backend = io::Backend::kFleet;
  io::FleetOptions& fleet = result->options.fleet;
  fleet.sockets = static_cast<uint32_t>(properties.natural("sockets", kMaxPort));
  properties.expect(fleet.sockets > 0, "sockets", "above 0");
  properties.expect(result->options.socket.remote.family != 0, "remoteAddress", "an address");
  if (!properties.is_null("firstSource")) {
    const auto first = io::parse_address(properties.text("firstSource"), 0);
    if (properties.expect(first.has_value(), "firstSource", "a numeric address or null")) fleet.first_source = *first;
    fleet.sources = properties.natural("sources", kMaxSources);
    properties.expect(fleet.sources > 0, "sources", "above 0");
  }
  if (!properties.valid()) return std::nullopt;
  return result;
}

void read_socket_options(Properties& properties, io::SocketOptions& out) {
  const uint64_t flags = properties.natural("flags", kAllFlags);
  out.ipv6_only = (flags & kIpv6Only) != 0;
  out.reuse_address = (flags & kReuseAddress) != 0;
  out.reuse_port = (flags & kReusePort) != 0;
  out.share_once_bound = (flags & kShareOnceBound) != 0;
  out.receive_buffer = static_cast<int>(properties.natural("receiveBufferSize", kMaxSocketBuffer));
  out.send_buffer = static_cast<int>(properties.natural("sendBufferSize", kMaxSocketBuffer));
  out.routing = read_routing_options(properties);
}

io::RoutingOptions read_routing_options(Properties& properties) {
  io::RoutingOptions result;
  result.dscp = static_cast<int>(properties.natural("dscp", kMaxDscp));
  result.priority = static_cast<int>(properties.natural("priority", kMaxPriority));
  result.interface_name = properties.text("interfaceName");
  result.transparent = properties.boolean("transparent");
  return result;
}

std::shared_ptr<const core::Context> datagram_context_of(Napi::Env env, Napi::Value value, core::Role role) {
  ContextWrap* wrap = ContextWrap::from(env, value);
  if (wrap == nullptr) return nullptr;
  const core::ContextOptions& options = wrap->context()->options();
  const bool fits = options.role == role && options.transport == core::Transport::kDatagram;
  return fits ? wrap->context() : nullptr;
}

std::shared_ptr<core::Counters> counters_in(Napi::Env env, Napi::Value array, uint64_t* memory) {
  napi_ref reference = nullptr;
  napi_create_reference(env, array, 1, &reference);
  return {reinterpret_cast<core::Counters*>(memory),
          [env = napi_env(env), reference](core::Counters*) { napi_delete_reference(env, reference); }};
}

}  // namespace binding
