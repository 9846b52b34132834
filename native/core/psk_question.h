#pragma once

#include "held_flight.h"
#include "identity_reader.h"

namespace core {

/// A server's handshake from the first fragment of ClientKeyExchange until libssl may have it, where keys are looked up
/// outside. libssl's callback for a key cannot be suspended, but the identity is in the clear: it is read here, and
/// the client's flight is kept until there is an answer.
class PskQuestion {
 public:
  enum class State : uint8_t { kReading, kOpen, kAnswered, kSettled };

  State state() const { return state_; }
  /// With or without an answer by now, and libssl has nothing yet.
  bool is_asked() const { return state_ == State::kOpen || state_ == State::kAnswered; }
  /// For a record that was found acceptable: whether it has to wait too. Alerts do not, nor do repeated hellos.
  bool concerns(const RecordHeader& header, ByteView payload) const;
  /// `record` is `header` and payload as they came. False: it is a repetition, or too much.
  bool hold(const RecordHeader& header, ByteView record);

  bool has_identity() const { return reader_.progress() == IdentityReader::Progress::kComplete; }
  std::string_view identity() const { return reader_.identity(); }

  /// The identity is asked for.
  void open() { state_ = State::kOpen; }
  void note_answer() { state_ = State::kAnswered; }
  /// Nothing waits any more: what was held, record behind record.
  std::vector<uint8_t> settle();

 private:
  IdentityReader reader_;
  HeldFlight held_;
  State state_ = State::kReading;
};

}  // namespace core
