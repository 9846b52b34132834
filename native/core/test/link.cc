#include "link.h"

core::Address ipv4(uint8_t last, uint16_t port) {
  core::Address address;
  address.family = 4;
  address.ip = {127, 0, 0, last};
  address.port = port;
  return address;
}

core::ClientParameters psk_parameters(const std::string& identity, const std::string& key) {
  core::ClientParameters parameters;
  parameters.psk_identity = identity;
  parameters.psk_key = core::Secret(core::bytes_of(key));
  return parameters;
}

std::vector<core::CipherSuite> psk_suites() {
  std::vector<core::CipherSuite> suites;
  for (const core::CipherSuite& suite : core::cipher_suites()) {
    const bool needs_certificate = std::string_view(suite.openssl).starts_with("RSA-PSK");
    if (suite.kind == core::SuiteKind::kPsk && !needs_certificate) suites.push_back(suite);
  }
  return suites;
}

std::shared_ptr<const core::Context> make_context(core::Role role, const LinkOptions& options,
                                                  std::shared_ptr<const core::PskTable> psk) {
  core::ContextError error;
  const bool server = role == core::Role::kServer;
  return core::Context::create({.role = role,
                                .cipher_suites = options.suites,
                                .own_records = server ? options.server_own_records : options.client_own_records,
                                .mtu = options.mtu,
                                .min_timeout = options.min_timeout,
                                .max_timeout = options.max_timeout,
                                .psk = std::move(psk),
                                .asks_psk = options.asks_psk,
                                .asks_admission = options.asks_admission,
                                .verify = server ? core::Verify::kNone : core::Verify::kRequire,
                                .sessions = options.sessions,
                                .session_cache_size = options.sessions && server && !options.tickets ? 100 : 0,
                                .tickets = options.tickets},
                               {}, error);
}

Link::Link(LinkOptions given)
    : options(std::move(given)), server_context(make_context(core::Role::kServer, options, psk)),
      client_context(make_context(core::Role::kClient, options, nullptr)),
      server(options.server_engine, server_context), client(2, nullptr), client_address(ipv4(2, 40000)),
      server_address(ipv4(1, 5684)) {
  if (!options.asks_psk) psk->set("client1", core::bytes_of("0123456789abcdef"));
}

core::PeerId Link::connect() {
  core::ClientParameters parameters = psk_parameters(options.client_identity, options.client_key);
  client_peer = client.engine.connect(server_address, client_context, std::move(parameters), now).peer;
  return client_peer;
}

void Link::exchange() {
  const auto carry = [this](Side& from, Side& to, const core::Address& sender, bool to_server_now, size_t& sent,
                            std::vector<std::vector<uint8_t>>& log) {
    std::vector<std::vector<uint8_t>> batch;
    for (size_t i = 0; i < from.outbox.size(); ++i) {
      const core::ByteView bytes = from.outbox.bytes(from.outbox[i]);
      batch.emplace_back(bytes.begin(), bytes.end());
    }
    from.outbox.clear();
    for (const std::vector<uint8_t>& datagram : batch) {
      log.push_back(datagram);
      if (!pass(to_server_now, sent++, datagram)) continue;
      to.engine.receive(datagram, sender, now);
      to.deliver();
      while (to.engine.has_backlog()) {
        to.engine.resume();
        to.deliver();
      }
    }
  };
  while (!client.outbox.empty() || !server.outbox.empty()) {
    carry(client, server, client_address, true, sent_to_server, to_server);
    carry(server, client, server_address, false, sent_to_client, to_client);
  }
}

bool Link::advance() {
  const core::Micros next = std::min(client.engine.next_deadline(), server.engine.next_deadline());
  if (next == core::kNever) return false;
  now = std::max(now, next);
  client.engine.tick(now);
  client.deliver();
  server.engine.tick(now);
  server.deliver();
  exchange();
  return true;
}

bool Link::handshake() {
  if (client_peer == 0) connect();
  exchange();
  const auto done = [this] {
    return client.count(core::EventKind::kConnected) > 0 && server.count(core::EventKind::kConnected) > 0;
  };
  for (int i = 0; i < 100 && !done(); ++i) {
    if (!advance()) break;
  }
  return done();
}

core::PeerId Link::server_peer() const {
  const Side::Event* connected = server.last(core::EventKind::kConnected);
  return connected == nullptr ? 0 : connected->peer;
}
