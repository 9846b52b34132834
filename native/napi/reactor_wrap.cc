#include "reactor_wrap.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "../io/sockaddr.h"
#include "arguments.h"
#include "context_wrap.h"
#include "send_function.h"

namespace binding {

namespace {

constexpr uint64_t kMaxPort = 65535;
constexpr uint64_t kMaxSocketBuffer = 1 << 30;
constexpr uint64_t kMaxPeers = 10'000'000;

enum EndpointFlags : uint64_t { kIpv6Only = 1, kReuseAddress = 2, kReusePort = 4, kAllFlags = 7 };

std::optional<io::Backend> backend_named(const std::string& name) {
  if (name == "auto") return io::Backend::kAuto;
  if (name == "mmsg") return io::Backend::kMmsg;
  if (name == "uv") return io::Backend::kUv;
  return std::nullopt;
}

/// The counters live in `array`, which stays referenced for as long as an endpoint may write to them.
std::shared_ptr<core::Counters> counters_in(Napi::Env env, Napi::Value array, uint64_t* memory) {
  napi_ref reference = nullptr;
  napi_create_reference(env, array, 1, &reference);
  return {reinterpret_cast<core::Counters*>(memory),
          [env = napi_env(env), reference](core::Counters*) { napi_delete_reference(env, reference); }};
}

Napi::Number status_value(Napi::Env env, core::Status status) {
  return Napi::Number::New(env, static_cast<int32_t>(status));
}

}  // namespace

Napi::Function ReactorWrap::define(Napi::Env env) {
  return DefineClass(env, "Reactor",
                     {
                         define_method<&ReactorWrap::lend_payload>("lendPayload"),
                         define_method<&ReactorWrap::open_endpoint>("openEndpoint"),
                         define_method<&ReactorWrap::local_address>("localAddress"),
                         define_method<&ReactorWrap::connect>("connect"),
                         define_method<&ReactorWrap::close_peer>("closePeer"),
                         define_method<&ReactorWrap::peer_traffic>("peerTraffic"),
                         define_method<&ReactorWrap::close_endpoint>("closeEndpoint"),
                         define_method<&ReactorWrap::set_ref>("setRef"),
                         define_method<&ReactorWrap::close>("close"),
                     });
}

ReactorWrap::ReactorWrap(const Napi::CallbackInfo& info) : Wrapped(info) {
  Arguments arguments(info);
  const auto events = arguments.typed_array<int32_t>(0, napi_int32_array, "an Int32Array");
  arguments.expect(events.length * sizeof(int32_t) / sizeof(core::EventRecord) >= ReactorHost::kMinEvents, 0,
                   "long enough");
  const core::ByteView payload = arguments.bytes(1);
  arguments.expect(payload.size() >= ReactorHost::kMinPayload, 1, "long enough");
  const Napi::Function on_events = arguments.function(2);
  if (!arguments.valid()) return;

  host_ = ReactorHost::create(info.Env(), info[0].As<Napi::Int32Array>(), info[1].As<Napi::Uint8Array>(), on_events);
  if (host_ == nullptr) return;
  host_->set_wrapper(this);
  host_->add_owner();
  define_send(info.Env(), info.This().As<Napi::Object>(), *host_);
}

ReactorWrap::~ReactorWrap() {
  if (host_ == nullptr) return;
  host_->set_wrapper(nullptr);
  host_->drop_owner();
}

Napi::Value ReactorWrap::lend_payload(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView payload = arguments.bytes(0);
  arguments.expect(payload.size() >= ReactorHost::kMinPayload, 0, "long enough");
  if (!arguments.valid()) return {};
  if (!host_->lend_payload(info[0].As<Napi::Uint8Array>())) {
    throw_coded(info.Env(), "ERR_INTERNAL", "a payload slab can only be lent inside onEvents");
  }
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::open_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto backend = backend_named(arguments.text(0));
  arguments.expect(backend.has_value(), 0, "'auto', 'mmsg' or 'uv'");
  const std::string address = arguments.text(1);
  const auto port = static_cast<uint16_t>(arguments.natural(2, kMaxPort));
  const uint64_t flags = arguments.natural(3, kAllFlags);

  io::EndpointOptions options;
  options.socket.ipv6_only = (flags & kIpv6Only) != 0;
  options.socket.reuse_address = (flags & kReuseAddress) != 0;
  options.socket.reuse_port = (flags & kReusePort) != 0;
  options.socket.receive_buffer = static_cast<int>(arguments.natural(4, kMaxSocketBuffer));
  options.socket.send_buffer = static_cast<int>(arguments.natural(5, kMaxSocketBuffer));
  options.max_peers = static_cast<size_t>(arguments.natural(6, kMaxPeers));
  const bool connected = !arguments.is_null(7);
  const std::string remote = connected ? arguments.text(7) : std::string();
  const auto remote_port = static_cast<uint16_t>(arguments.natural(8, kMaxPort));
  if (!arguments.is_null(9)) {
    ContextWrap* context = ContextWrap::from(info.Env(), info[9]);
    const bool serves = context != nullptr && context->context()->options().role == core::Role::kServer;
    if (arguments.expect(serves, 9, "a server Context or null")) options.context = context->context();
  }
  const auto counters = arguments.typed_array<uint64_t>(10, napi_biguint64_array, "a BigUint64Array");
  arguments.expect(counters.length >= core::kCounterCount, 10, "long enough");
  if (!arguments.valid()) return {};

  const auto local_address = io::parse_address(address, port);
  const auto remote_address = connected ? io::parse_address(remote, remote_port) : core::Address();
  if (closed_) {
    throw_coded(info.Env(), "ERR_CLOSED", "the reactor is closed");
    return {};
  }
  if (!local_address || !remote_address) {
    const io::IoError error = io::invalid_address(local_address ? "connect" : "bind");
    throw_io_error(info.Env(), error, local_address ? remote : address, local_address ? remote_port : port);
    return {};
  }

  options.backend = *backend;
  options.socket.local = *local_address;
  options.socket.remote = *remote_address;
  options.counters = counters_in(info.Env(), info[10], counters.data);
  const auto opened = reactor().open_endpoint(std::move(options));
  if (const auto* error = std::get_if<io::IoError>(&opened)) {
    const bool about_remote = std::string_view(error->syscall) == "connect";
    throw_io_error(info.Env(), *error, about_remote ? remote : address, about_remote ? remote_port : port);
    return {};
  }
  return Napi::Number::New(info.Env(), std::get<int32_t>(opened));
}

Napi::Value ReactorWrap::local_address(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  const io::Endpoint* endpoint = reactor().find(number);
  if (endpoint == nullptr) {
    throw_coded(info.Env(), "ERR_CLOSED", "the endpoint is closed");
    return {};
  }
  const core::Address address = endpoint->local_address();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("address", Napi::String::New(info.Env(), address.ip_text()));
  result.Set("port", Napi::Number::New(info.Env(), address.port));
  result.Set("family", Napi::String::New(info.Env(), address.family == 4 ? "IPv4" : "IPv6"));
  return result;
}

Napi::Value ReactorWrap::connect(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const std::string ip = arguments.text(1);
  const auto port = static_cast<uint16_t>(arguments.natural(2, kMaxPort));
  ContextWrap* context = ContextWrap::from(info.Env(), info[3]);
  const bool is_client = context != nullptr && context->context()->options().role == core::Role::kClient;
  arguments.expect(is_client, 3, "a client Context");
  const core::ByteView identity = arguments.bytes(4);
  const core::ByteView key = arguments.bytes(5);
  const std::string identity_text(identity.begin(), identity.end());
  arguments.expect(core::PskTable::valid_identity(identity_text), 4, "a PSK identity");
  arguments.expect(core::PskTable::valid_key(key), 5, "a PSK key");
  const auto to = io::parse_address(ip, port);
  arguments.expect(to.has_value() && port != 0, 1, "a numeric address, with a port");
  if (!arguments.valid()) return {};

  io::Endpoint* endpoint = reactor().find(number);
  if (endpoint == nullptr) return Napi::Number::New(info.Env(), -static_cast<int32_t>(core::Status::kNoSuchPeer));
  if (!endpoint->can_reach(*to)) {
    throw_io_error(info.Env(), io::family_mismatch("connect"), ip, port);
    return {};
  }
  const auto result = endpoint->connect(*to, context->context(), {identity_text, core::Secret(key)});
  const int32_t value = result.status == core::Status::kOk ? result.peer : -static_cast<int32_t>(result.status);
  return Napi::Number::New(info.Env(), value);
}

Napi::Value ReactorWrap::close_peer(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const core::PeerId peer = arguments.integer(1);
  if (!arguments.valid()) return {};
  io::Endpoint* endpoint = reactor().find(number);
  if (endpoint == nullptr) return status_value(info.Env(), core::Status::kNoSuchPeer);
  return status_value(info.Env(), endpoint->engine().close(peer));
}

Napi::Value ReactorWrap::peer_traffic(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const core::PeerId peer = arguments.integer(1);
  const auto out = arguments.typed_array<uint64_t>(2, napi_biguint64_array, "a BigUint64Array");
  arguments.expect(out.length >= 4, 2, "long enough");
  if (!arguments.valid()) return {};

  io::Endpoint* endpoint = reactor().find(number);
  const core::Association* association = endpoint != nullptr ? endpoint->engine().find(peer) : nullptr;
  if (association != nullptr) {
    const core::PeerTraffic& traffic = association->traffic();
    const uint64_t values[] = {traffic.bytes_sent, traffic.bytes_received, traffic.datagrams_sent,
                               traffic.datagrams_received};
    std::copy(std::begin(values), std::end(values), out.data);
  }
  return Napi::Boolean::New(info.Env(), association != nullptr);
}

Napi::Value ReactorWrap::close_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  reactor().close_endpoint(number);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::set_ref(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const bool keep_alive = arguments.boolean(1);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->set_ref(keep_alive);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::close(const Napi::CallbackInfo& info) {
  closed_ = true;
  reactor().close_all();
  return info.Env().Undefined();
}

}  // namespace binding
