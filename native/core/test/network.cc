#include "network.h"

namespace {

std::vector<std::pair<core::Address, std::vector<uint8_t>>> take(core::Outbox& outbox) {
  std::vector<std::pair<core::Address, std::vector<uint8_t>>> taken;
  for (size_t i = 0; i < outbox.size(); ++i) {
    const core::ByteView bytes = outbox.bytes(outbox[i]);
    taken.push_back({outbox[i].to, {bytes.begin(), bytes.end()}});
  }
  outbox.clear();
  return taken;
}

void receive(Side& side, core::ByteView datagram, const core::Address& from, core::Micros now) {
  side.engine.receive(datagram, from, now);
  side.deliver();
  while (side.engine.has_backlog()) {
    side.engine.resume();
    side.deliver();
  }
}

}  // namespace

Network::Network(LinkOptions given)
    : options(std::move(given)), server_context(make_context(core::Role::kServer, options, psk)),
      server(options.server_engine, server_context), server_address(ipv4(1, 5684)) {
  psk->set("client1", core::bytes_of("0123456789abcdef"));
}

Device& Network::add(const core::Address& address, LinkOptions of_device) {
  auto context = make_context(core::Role::kClient, of_device, nullptr);
  return devices.emplace_back(address, std::move(context), std::move(of_device));
}

void Network::start(Device& device) {
  core::ClientParameters parameters = psk_parameters(device.options.client_identity, device.options.client_key);
  device.peer = device.side.engine.connect(server_address, device.context, std::move(parameters), now).peer;
}

bool Network::connect(Device& device) {
  start(device);
  const size_t before = server.count(core::EventKind::kConnected);
  exchange();
  const auto done = [&] { return device.connected() && server.count(core::EventKind::kConnected) > before; };
  for (int i = 0; i < 200 && !done(); ++i) {
    if (!advance()) break;
  }
  return done();
}

void Network::exchange() {
  for (bool busy = true; busy;) {
    busy = false;
    for (Device& device : devices) {
      for (const auto& [to, datagram] : take(device.side.outbox)) {
        busy = true;
        to_server.push_back(datagram);
        if (pass(true, sent_to_server++, datagram)) receive(server, datagram, device.address, now);
      }
    }
    for (const auto& [to, datagram] : take(server.outbox)) {
      busy = true;
      to_client.push_back(datagram);
      if (!pass(false, sent_to_client++, datagram)) continue;
      for (Device& device : devices) {
        if (device.listening && device.address == to) receive(device.side, datagram, server_address, now);
      }
    }
  }
}

bool Network::advance() {
  core::Micros next = server.engine.next_deadline();
  for (Device& device : devices) {
    if (device.listening) next = std::min(next, device.side.engine.next_deadline());
  }
  if (next == core::kNever) return false;
  wait(next > now ? next - now : 0);
  return true;
}

void Network::wait(core::Micros time) {
  now += time;
  for (Device& device : devices) {
    if (!device.listening) continue;
    device.side.engine.tick(now);
    device.side.deliver();
  }
  server.engine.tick(now);
  server.deliver();
  exchange();
}

void Network::inject(const core::Address& from, core::ByteView datagram) {
  receive(server, datagram, from, now);
  exchange();
}

void Network::deliver() { server.deliver(); }

bool Network::talks(Device& device, core::PeerId peer) {
  const std::string up = "up " + std::to_string(++said_);
  const std::string down = "down " + std::to_string(said_);
  return say(device, up) == core::Status::kOk && got(peer, up) && say(peer, down) == core::Status::kOk &&
         device.got(down);
}

bool Network::closed(core::PeerId peer, core::Cause cause) const {
  for (const Side::Event& event : server.events) {
    if (event.kind == core::EventKind::kClosed && event.peer == peer) return event.a == static_cast<int32_t>(cause);
  }
  return false;
}
