#pragma once

#include <array>
#include <deque>
#include <map>
#include <vector>

#include "end.h"
#include "security.h"

/// Two engines, and the wire between them in the hands of an attacker who has no keys. Whatever he does, nothing is
/// received that was not sent, nobody gets in without credentials, and what is established stays until one of its ends
/// gives it up.
///
/// Each end has several addresses; a line is a pair of them. Both ends may connect, and both may serve.
class World {
 public:
  static constexpr uint8_t kLines = 4;
  /// No packet of the attacker comes by this one: see require_service().
  static constexpr uint8_t kQuietLine = kLines;
  static constexpr uint8_t kEnds = 2;
  enum class Credentials : uint8_t { kRight, kWrong, kSession, kCount };

  struct Packet {
    uint8_t to;  ///< end
    uint8_t line;
    std::vector<uint8_t> bytes;
  };

  World(Security::Kind kind, End::Options server_options);

  void connect(uint8_t end, uint8_t line, Credentials credentials);
  void send(uint8_t end, uint8_t line, size_t size);
  void close(uint8_t end, uint8_t line, bool goodbye);
  void deliver(const Packet& packet);
  void transport_failed(uint8_t end, uint8_t line);
  /// Moves the clock, and handles what is due.
  void wait(core::Micros duration);
  /// Moves it to the next deadline, if there is one.
  void wait_for_deadline();
  void serve(uint8_t end, bool on);
  /// Whether the server puts handshakes off; when it does no more, it catches up.
  void defer(bool deferring);
  void know_identity(bool known);
  /// Answers one end's oldest lookup: with the session, with none, or with `made_up`.
  enum class Answer : uint8_t { kRight, kNone, kMadeUp, kCount };
  void answer_session(uint8_t end, Answer answer, core::ByteView made_up);

  /// On their way.
  std::deque<Packet> packets;
  /// All that were ever sent, the last of them.
  std::deque<Packet> history;

  // At the end of an input; nothing else may follow.

  /// Handshakes end when nothing comes any more.
  void require_patience_ends();
  /// A client with the right credentials still gets in, unless there is no room for it.
  void require_service();
  void require_clean_end();

 private:
  struct Message {
    uint8_t to;
    uint8_t line;
    size_t size;
    bool received = false;
  };
  struct Line {
    std::array<core::PeerId, kEnds> peer{};     ///< the last that was established, or started by us
    std::array<bool, kEnds> gave_up{};          ///< that end has ended an association on this line
    std::array<int, kEnds> handshakes_begun{};  ///< with the right credentials
  };

  static core::Address address(uint8_t end, uint8_t line);
  static uint8_t line_of(const core::Address& address);
  uint8_t line_of(uint8_t end, core::PeerId peer) const;

  void connect(uint8_t end, uint8_t line, core::ClientParameters parameters);
  void after_call();
  void collect_packets(uint8_t end);
  void look_at_events(uint8_t end);
  void on_connected(uint8_t end, const Side::Event& event);
  void on_message(uint8_t end, const Side::Event& event);
  void on_closed(uint8_t end, const Side::Event& event);
  void on_session(uint8_t end, const Side::Event& event);

  const Security& security_;
  const End::Options server_options_;
  std::array<std::unique_ptr<End>, kEnds> ends_;
  std::array<bool, kEnds> serving_{};
  std::array<Line, kLines + 1> lines_;
  std::array<std::map<core::PeerId, uint8_t>, kEnds> line_of_peer_;
  std::vector<Message> messages_;
  std::array<std::deque<std::pair<core::PeerId, std::string>>, kEnds> lookups_;
  std::map<std::string, std::string> kept_sessions_;  ///< by id
  std::vector<uint8_t> session_;                      ///< what a client got last
  bool identity_known_ = true;
  core::Micros now_ = 1'000'000'000;
};
