#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "../cipher_suite.h"
#include "../engine.h"

/// An engine with everything that its caller lends it, and a record of what it reported.
struct Side {
  struct Event {
    core::EventKind kind;
    core::PeerId peer;
    std::string payload;
    int32_t a;
    int32_t b;
    int32_t c;
  };

  Side(int32_t number, std::shared_ptr<const core::Context> server, size_t max_peers = 1000)
      : Side(core::EngineOptions{.number = number, .max_peers = max_peers}, std::move(server)) {}
  Side(const core::EngineOptions& options, std::shared_ptr<const core::Context> server)
      : slab(256 * 1024), engine(options, std::move(server), outbox, sink, ciphers, counters) {
    sink.lend_events(records.data(), records.size());
    sink.lend_payload(slab.data(), slab.size());
  }

  /// Moves what the engine reported into `events` and gives it fresh room, as the binding does.
  void deliver() {
    for (size_t i = 0; i < sink.count(); ++i) {
      const core::EventRecord& record = records[i];
      events.push_back(
          {static_cast<core::EventKind>(record.kind), record.peer,
           std::string(reinterpret_cast<const char*>(slab.data()) + record.offset, static_cast<size_t>(record.length)),
           record.a, record.b, record.c});
    }
    sink.clear_events();
    sink.lend_payload(slab.data(), slab.size());
  }

  size_t count(core::EventKind kind) const {
    size_t found = 0;
    for (const Event& event : events) found += event.kind == kind;
    return found;
  }
  const Event* last(core::EventKind kind) const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->kind == kind) return &*event;
    }
    return nullptr;
  }

  std::array<core::EventRecord, 256> records{};
  std::vector<uint8_t> slab;
  core::Outbox outbox;
  core::EventSink sink;
  core::CipherCache ciphers;
  core::Counters counters{};
  std::vector<Event> events;
  core::Engine engine;
};

struct LinkOptions {
  std::vector<uint16_t> suites = {0xc0a8};
  int mtu = 1232;
  core::Micros min_timeout = 1'000'000;
  core::Micros max_timeout = 60'000'000;
  std::string client_identity = "client1";
  std::string client_key = "0123456789abcdef";
  bool server_own_records = true;  ///< false: libssl keeps the records
  bool client_own_records = true;
  bool sessions = false;  ///< of both sides
  bool tickets = false;
  core::EngineOptions server_engine = {.number = 1, .max_peers = 1000};
  bool asks_psk = false;        ///< server: and it knows nobody
  bool asks_admission = false;  ///< server
};

/// A client and a server engine with a wire between them and a clock that only the test moves.
struct Link {
  using Filter = std::function<bool(bool to_server, size_t n, core::ByteView datagram)>;

  explicit Link(LinkOptions options = {});

  /// Starts the client's handshake.
  core::PeerId connect();
  /// Carries datagrams until both outboxes are empty. `pass` may drop: false loses the n-th of its direction (from 0).
  void exchange();
  /// Moves the clock to the next deadline of either side, handles it and exchanges. False when there is none.
  bool advance();
  /// exchange() and advance() until both sides are connected or nothing is left to wait for.
  bool handshake();

  core::PeerId server_peer() const;

  LinkOptions options;
  std::shared_ptr<core::PskTable> psk = std::make_shared<core::PskTable>();
  std::shared_ptr<const core::Context> server_context;
  std::shared_ptr<const core::Context> client_context;
  Side server;
  Side client;
  core::Address client_address;
  core::Address server_address;
  core::Micros now = 1'000'000'000;
  core::PeerId client_peer = 0;
  Filter pass = [](bool, size_t, core::ByteView) { return true; };
  size_t sent_to_server = 0;
  size_t sent_to_client = 0;
  std::vector<std::vector<uint8_t>> to_server;  ///< everything that was put on the wire, lost or not
  std::vector<std::vector<uint8_t>> to_client;
};

core::Address ipv4(uint8_t last, uint16_t port);
core::ClientParameters psk_parameters(const std::string& identity, const std::string& key);
/// Every suite that works with a pre-shared key and nothing else.
std::vector<core::CipherSuite> psk_suites();
std::shared_ptr<const core::Context> make_context(core::Role role, const LinkOptions& options,
                                                  std::shared_ptr<const core::PskTable> psk);
