#include "reactor_wrap.h"

#include <algorithm>
#include <utility>

#include "../io/sockaddr.h"
#include "address_value.h"
#include "client_parameters.h"
#include "send_function.h"

namespace binding {

namespace {

constexpr uint64_t kMaxOverhead = 1024;
constexpr uint64_t kMaxTimeoutMicros = 4'294'967'000;

}  // namespace

Napi::Function ReactorWrap::define(Napi::Env env) {
  return DefineClass(env, "Reactor",
                     {
                         define_method<&ReactorWrap::lend_payload>("lendPayload"),
                         define_method<&ReactorWrap::open_endpoint>("openEndpoint"),
                         define_method<&ReactorWrap::open_script_endpoint>("openScriptEndpoint"),
                         define_method<&ReactorWrap::open_fleet_endpoint>("openFleetEndpoint"),
                         define_method<&ReactorWrap::inject_datagram>("injectDatagram"),
                         define_method<&ReactorWrap::local_address>("localAddress"),
                         define_method<&ReactorWrap::connect_endpoint>("connectEndpoint"),
                         define_method<&ReactorWrap::shutdown_endpoint>("shutdownEndpoint"),
                         define_method<&ReactorWrap::set_faults>("setFaults"),
                         define_method<&ReactorWrap::rebind_endpoint>("rebindEndpoint"),
                         define_method<&ReactorWrap::hide_endpoint>("hideEndpoint"),
                         define_method<&ReactorWrap::tap_endpoint>("tapEndpoint"),
                         define_method<&ReactorWrap::endpoint_fd>("endpointFd"),
                         define_method<&ReactorWrap::path_mtu>("pathMtu"),
                         define_method<&ReactorWrap::refuse_hellos>("refuseHellos"),
                         define_method<&ReactorWrap::set_handshake_timeouts>("setHandshakeTimeouts"),
                         define_method<&ReactorWrap::set_server_context>("setServerContext"),
                         define_method<&ReactorWrap::connect>("connect"),
                         define_method<&ReactorWrap::device_address>("deviceAddress"),
                         define_method<&ReactorWrap::connect_device>("connectDevice"),
                         define_method<&ReactorWrap::move_device>("moveDevice"),
                         define_method<&ReactorWrap::close_peer>("closePeer"),
                         define_method<&ReactorWrap::forget_peer>("forgetPeer"),
                         define_method<&ReactorWrap::forget_peers>("forgetPeers"),
                         define_method<&ReactorWrap::send_alert>("sendAlert"),
                         define_method<&ReactorWrap::answer_hello>("answerHello"),
                         define_method<&ReactorWrap::answer_session>("answerSession"),
                         define_method<&ReactorWrap::answer_psk>("answerPsk"),
                         define_method<&ReactorWrap::peer_traffic>("peerTraffic"),
                         define_method<&ReactorWrap::export_keying_material>("exportKeyingMaterial"),
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

// Endpoints

Napi::Value ReactorWrap::open_endpoint(const Napi::CallbackInfo& info) {
  auto settings = read_endpoint_settings(info.Env(), info[0]);
  if (!settings) return {};
  return open(info, std::move(*settings));
}

Napi::Value ReactorWrap::open_script_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  EndpointSettings settings;
  settings.options.backend = io::Backend::kScript;
  settings.options.engine.max_peers = static_cast<size_t>(arguments.natural(0, kMaxPeers));
  settings.options.engine.ip_overhead = static_cast<int>(arguments.natural(1, kMaxOverhead));
  const auto counters = arguments.typed_array<uint64_t>(2, napi_biguint64_array, "a BigUint64Array");
  arguments.expect(counters.length >= core::kCounterCount, 2, "long enough");
  if (!arguments.valid()) return {};
  settings.options.counters = counters_in(info.Env(), info[2], counters.data);
  return open(info, std::move(settings));
}

Napi::Value ReactorWrap::open_fleet_endpoint(const Napi::CallbackInfo& info) {
  auto settings = read_fleet_settings(info.Env(), info[0]);
  if (!settings) return {};
  return open(info, std::move(*settings));
}

Napi::Value ReactorWrap::open(const Napi::CallbackInfo& info, EndpointSettings settings) {
  if (closed_) {
    throw_coded(info.Env(), "ERR_CLOSED", "the reactor is closed");
    return {};
  }
  const auto opened = reactor().open_endpoint(std::move(settings.options));
  if (const auto* error = std::get_if<io::IoError>(&opened)) {
    const bool about_remote = std::string_view(error->syscall) == "connect";
    throw_io_error(info.Env(), *error, about_remote ? settings.remote_address : settings.address,
                   about_remote ? settings.remote_port : settings.port);
    return {};
  }
  return Napi::Number::New(info.Env(), std::get<int32_t>(opened));
}

io::Endpoint* ReactorWrap::find_or_throw(const Napi::CallbackInfo& info, Arguments& arguments) {
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return nullptr;
  io::Endpoint* endpoint = reactor().find(number);
  if (endpoint == nullptr) throw_coded(info.Env(), "ERR_CLOSED", "the endpoint is closed");
  return endpoint;
}

Napi::Value ReactorWrap::inject_datagram(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const auto from = io::parse_address(arguments.text(1), static_cast<uint16_t>(arguments.natural(2, kMaxPort)));
  arguments.expect(from.has_value(), 1, "a numeric address");
  const core::ByteView datagram = arguments.bytes(3);
  if (!arguments.valid()) return {};
  io::Endpoint* endpoint = reactor().find(number);
  if (arguments.expect(endpoint == nullptr || endpoint->is_script(), 0, "a script endpoint") && endpoint != nullptr) {
    endpoint->inject(*from, datagram);
  }
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::local_address(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const io::Endpoint* endpoint = find_or_throw(info, arguments);
  return endpoint != nullptr ? address_value(info.Env(), endpoint->local_address()) : Napi::Value();
}

Napi::Value ReactorWrap::connect_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string ip = arguments.text(1);
  const auto port = static_cast<uint16_t>(arguments.natural(2, kMaxPort));
  io::Endpoint* endpoint = find_or_throw(info, arguments);
  if (endpoint == nullptr) return {};
  const auto remote = io::parse_address(ip, port);
  const io::IoError error = remote ? reactor().connect_socket(*endpoint, *remote) : io::invalid_address("connect");
  if (error) throw_io_error(info.Env(), error, ip, port);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::shutdown_endpoint(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) reactor().shut_down(*endpoint);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::endpoint_fd(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  const io::Endpoint* endpoint = reactor().find(number);
  return Napi::Number::New(info.Env(), endpoint != nullptr ? endpoint->descriptor() : -1);
}

Napi::Value ReactorWrap::path_mtu(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  const io::Endpoint* endpoint = reactor().find(number);
  return Napi::Number::New(info.Env(), endpoint != nullptr ? endpoint->path_mtu() : 0);
}

Napi::Value ReactorWrap::refuse_hellos(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const auto alert = static_cast<uint8_t>(arguments.natural(1, UINT8_MAX));
  const uint64_t count = arguments.natural(2, UINT32_MAX);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->engine().refuse_hellos(alert, count);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::set_handshake_timeouts(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const core::Micros min = arguments.natural(1, kMaxTimeoutMicros);
  const core::Micros max = arguments.natural(2, kMaxTimeoutMicros);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->engine().set_handshake_timeouts(min, max);
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::set_server_context(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  std::shared_ptr<const core::Context> context;
  if (!arguments.is_null(1)) {
    context = datagram_context_of(info.Env(), info[1], core::Role::kServer);
    arguments.expect(context != nullptr, 1, "a server Context for datagrams, or null");
  }
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->engine().set_server(std::move(context));
  return info.Env().Undefined();
}

// Peers

Napi::Value ReactorWrap::connect(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const std::string ip = arguments.text(1);
  const auto port = static_cast<uint16_t>(arguments.natural(2, kMaxPort));
  const auto context = datagram_context_of(info.Env(), info[3], core::Role::kClient);
  arguments.expect(context != nullptr, 3, "a client Context for datagrams");
  const auto to = io::parse_address(ip, port);
  arguments.expect(to.has_value() && port != 0, 1, "a numeric address, with a port");
  if (!arguments.valid()) return {};
  auto parameters = read_client_parameters(info.Env(), info[4]);
  if (!parameters) return {};

  io::Endpoint* endpoint = reactor().find(number);
  if (endpoint == nullptr) return Napi::Number::New(info.Env(), -static_cast<int32_t>(core::Status::kNoSuchPeer));
  if (!endpoint->can_reach(*to)) {
    throw_io_error(info.Env(), io::family_mismatch("connect"), ip, port);
    return {};
  }
  const auto result = endpoint->connect(*to, context, std::move(*parameters));
  const int32_t value = result.status == core::Status::kOk ? result.peer : -static_cast<int32_t>(result.status);
  return Napi::Number::New(info.Env(), value);
}

Napi::Value ReactorWrap::device_address(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  uint64_t slot = 0;
  io::Endpoint* endpoint = find_fleet_or_throw(info, arguments, 1, slot);
  return endpoint != nullptr ? address_value(info.Env(), endpoint->fleet()->address_of(slot)) : Napi::Value();
}

Napi::Value ReactorWrap::connect_device(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto context = datagram_context_of(info.Env(), info[2], core::Role::kClient);
  arguments.expect(context != nullptr, 2, "a client Context for datagrams");
  uint64_t slot = 0;
  io::Endpoint* endpoint = find_fleet_or_throw(info, arguments, 1, slot);
  if (endpoint == nullptr) return {};
  auto parameters = read_client_parameters(info.Env(), info[3]);
  if (!parameters) return {};
  const auto result = endpoint->connect(endpoint->fleet()->address_of(slot), context, std::move(*parameters));
  reactor().flush_when_large();
  const int32_t value = result.status == core::Status::kOk ? result.peer : -static_cast<int32_t>(result.status);
  return Napi::Number::New(info.Env(), value);
}

/// Nobody is at that slot but the peer, if there is one.
Napi::Value ReactorWrap::move_device(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::PeerId peer = arguments.integer(1);
  uint64_t slot = 0;
  io::Endpoint* endpoint = find_fleet_or_throw(info, arguments, 2, slot);
  if (endpoint == nullptr) return {};
  reactor().flush();  // what it has sent before leaves from where it was
  if (const io::IoError error = endpoint->fleet()->renew(slot)) {
    throw_io_error(info.Env(), error, "", 0);
    return {};
  }
  core::Status status = core::Status::kOk;
  if (peer != 0) status = endpoint->engine().readdress(peer, endpoint->fleet()->address_of(slot));
  return Napi::Number::New(info.Env(), static_cast<int32_t>(status));
}

io::Endpoint* ReactorWrap::find_fleet_or_throw(const Napi::CallbackInfo& info, Arguments& arguments,
                                               size_t slot_argument, uint64_t& slot) {
  io::Endpoint* endpoint = find_or_throw(info, arguments);
  if (endpoint == nullptr) return nullptr;
  const uint64_t size = endpoint->fleet() != nullptr ? endpoint->fleet()->size() : 0;
  if (!arguments.expect(size > 0, 0, "a fleet endpoint")) return nullptr;
  slot = arguments.natural(slot_argument, size - 1);
  return arguments.valid() ? endpoint : nullptr;
}

Napi::Value ReactorWrap::close_peer(const Napi::CallbackInfo& info) {
  return with_peer(info, [](io::Endpoint& endpoint, core::PeerId peer) { return endpoint.engine().close(peer); });
}

Napi::Value ReactorWrap::forget_peer(const Napi::CallbackInfo& info) {
  return with_peer(info, [](io::Endpoint& endpoint, core::PeerId peer) { return endpoint.engine().forget(peer); });
}

Napi::Value ReactorWrap::forget_peers(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  if (!arguments.valid()) return {};
  if (io::Endpoint* endpoint = reactor().find(number)) endpoint->engine().forget_all();
  return info.Env().Undefined();
}

Napi::Value ReactorWrap::send_alert(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto level = static_cast<uint8_t>(arguments.natural(2, UINT8_MAX));
  const auto description = static_cast<uint8_t>(arguments.natural(3, UINT8_MAX));
  if (!arguments.valid()) return {};
  return with_peer(info, [level, description](io::Endpoint& endpoint, core::PeerId peer) {
    return endpoint.engine().send_alert(peer, level, description);
  });
}

Napi::Value ReactorWrap::answer_hello(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto verdict = static_cast<core::HelloVerdict>(arguments.natural(2, 2));
  std::shared_ptr<const core::Context> chosen;
  if (!arguments.is_null(3)) {
    chosen = datagram_context_of(info.Env(), info[3], core::Role::kServer);
    arguments.expect(chosen != nullptr, 3, "a server Context for datagrams, or null");
  }
  if (!arguments.valid()) return {};
  return with_peer(info, [&](io::Endpoint& endpoint, core::PeerId peer) {
    return endpoint.answer([&](core::Engine& engine) { return engine.answer_hello(peer, verdict, std::move(chosen)); });
  });
}

Napi::Value ReactorWrap::answer_session(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView session = arguments.is_null(2) ? core::ByteView() : arguments.bytes(2);
  if (!arguments.valid()) return {};
  return with_peer(info, [session](io::Endpoint& endpoint, core::PeerId peer) {
    return endpoint.answer([&](core::Engine& engine) { return engine.answer_session(peer, session); });
  });
}

Napi::Value ReactorWrap::answer_psk(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const core::ByteView key = arguments.is_null(2) ? core::ByteView() : arguments.bytes(2);
  const bool failed = arguments.boolean(3);
  arguments.expect(key.size() <= core::PskTable::kMaxKey, 2, "at most 256 bytes");
  if (!arguments.valid()) return {};
  return with_peer(info, [key, failed](io::Endpoint& endpoint, core::PeerId peer) {
    return endpoint.answer([&](core::Engine& engine) { return engine.answer_psk(peer, key, failed); });
  });
}

/// The status of a call on an endpoint, for the arguments endpoint and peer.
template <typename Use>
Napi::Value ReactorWrap::with_peer(const Napi::CallbackInfo& info, Use use) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const core::PeerId peer = arguments.integer(1);
  if (!arguments.valid()) return {};
  io::Endpoint* endpoint = reactor().find(number);
  const core::Status status = endpoint != nullptr ? use(*endpoint, peer) : core::Status::kNoSuchPeer;
  return Napi::Number::New(info.Env(), static_cast<int32_t>(status));
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

Napi::Value ReactorWrap::export_keying_material(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int32_t number = arguments.integer(0);
  const core::PeerId peer = arguments.integer(1);
  const std::string label = arguments.text(2);
  const bool has_context = !arguments.is_null(3);
  const core::ByteView context = has_context ? arguments.bytes(3) : core::ByteView();
  const core::ByteView out = arguments.bytes(4);
  if (!arguments.valid()) return {};

  io::Endpoint* endpoint = reactor().find(number);
  const core::Association* association = endpoint != nullptr ? endpoint->engine().find(peer) : nullptr;
  const bool done = association != nullptr && association->phase == core::Association::Phase::kEstablished &&
                    association->export_keying_material(label, has_context ? &context : nullptr,
                                                        {const_cast<uint8_t*>(out.data()), out.size()});
  return Napi::Boolean::New(info.Env(), done);
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
