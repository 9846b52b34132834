#pragma once

#include <deque>

#include "link.h"

/// A client engine at an address. Several may sit at the same one: a device, and the same device after it has lost its
/// state, or somebody who says to be it.
struct Device {
  Device(const core::Address& address, std::shared_ptr<const core::Context> context, LinkOptions options)
      : address(address), context(std::move(context)), options(std::move(options)), side(2, nullptr) {}

  size_t count(core::EventKind kind) const { return side.count(kind); }
  bool connected() const { return side.count(core::EventKind::kConnected) > 0; }
  bool got(const std::string& text) const {
    const Side::Event* message = side.last(core::EventKind::kMessage);
    return message != nullptr && message->payload == text;
  }

  core::Address address;
  std::shared_ptr<const core::Context> context;
  LinkOptions options;
  Side side;
  core::PeerId peer = 0;
  bool listening = true;  ///< false: switched off, hears nothing
};

/// A server engine and its devices; datagrams to an address reach every device that listens there.
struct Network {
  /// To lose a datagram, or look at it: `n` counts those of its direction, from 0.
  using Filter = std::function<bool(bool to_server, size_t n, core::ByteView datagram)>;

  explicit Network(LinkOptions options = {});

  Device& add(const core::Address& address, LinkOptions options);
  Device& add(const core::Address& address) { return add(address, options); }
  /// Starts a handshake; exchange() carries it.
  void start(Device& device);
  /// start() and all that follows until it is connected. False when that does not come about.
  bool connect(Device& device);
  void exchange();
  /// Moves the clock to the next deadline and handles it. False when there is none.
  bool advance();
  /// Moves the clock, whatever the deadlines, and handles those that have passed.
  void wait(core::Micros time);
  /// One datagram from anybody, and what follows.
  void inject(const core::Address& from, core::ByteView datagram);
  void deliver();

  core::Status say(Device& from, const std::string& text) {
    const core::Status status = from.side.engine.send(from.peer, core::bytes_of(text));
    exchange();
    return status;
  }
  core::Status say(core::PeerId to, const std::string& text) {
    const core::Status status = server.engine.send(to, core::bytes_of(text));
    exchange();
    return status;
  }
  /// The association that the server reported last.
  core::PeerId newest() const { return server.last(core::EventKind::kConnected)->peer; }
  bool got(core::PeerId from, const std::string& text) const {
    const Side::Event* message = server.last(core::EventKind::kMessage);
    return message != nullptr && message->peer == from && message->payload == text;
  }
  /// Both directions of `device`, which the server knows as `peer`.
  bool talks(Device& device, core::PeerId peer);
  bool closed(core::PeerId peer, core::Cause cause) const;

  LinkOptions options;
  std::shared_ptr<core::PskTable> psk = std::make_shared<core::PskTable>();
  std::shared_ptr<const core::Context> server_context;
  Side server;
  core::Address server_address;
  std::deque<Device> devices;
  core::Micros now = 1'000'000'000;
  Filter pass = [](bool, size_t, core::ByteView) { return true; };
  size_t sent_to_server = 0;
  size_t sent_to_client = 0;
  std::vector<std::vector<uint8_t>> to_server;  ///< everything that was put on the wire, lost or not
  std::vector<std::vector<uint8_t>> to_client;

 private:
  int said_ = 0;
};
