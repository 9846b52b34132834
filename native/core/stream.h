#pragma once

#include <memory>
#include <vector>

#include "connection.h"
#include "stream_bio.h"

namespace core {

/// One TLS connection over any stream of bytes, sans-IO: ciphertext goes in by receive() and comes out by
/// take_output(), plaintext the other way round. Not thread-safe.
class Stream final : public Connection {
 public:
  /// What there is to take and what has happened; the numbers cross into JavaScript (`lib/binding.ts`).
  enum Flag : uint32_t {
    kOutput = 1,
    kPlaintext = 2,
    kEstablished = 4,  ///< in one return value only, the one of the step that completed the handshake
    kEnded = 8,        ///< close_notify has come
    kFailed = 16,
    kSession = 32,
    kKeyLog = 64,
    kSessionWanted = 128,
  };

  /// Server side. Null when memory runs out.
  static std::unique_ptr<Stream> accept(std::shared_ptr<const Context> context);
  /// Client side. Null, and why in `status`, when it cannot be had.
  static std::unique_ptr<Stream> connect(std::shared_ptr<const Context> context, ClientParameters parameters,
                                         Status& status);

  // All of these return Flags.
  uint32_t start() { return step(); }
  /// Takes all of `chunk`; it is borrowed for the call.
  uint32_t receive(ByteView chunk);
  /// The transport has ended: a handshake can not be completed any more.
  uint32_t end();
  /// After kSessionWanted; empty when there is no such session.
  uint32_t answer_session(ByteView der);

  /// kOk: all of it is sealed into the output. kNotConnected: too early, or after shutdown() or a failure.
  Status write(ByteView plaintext);
  /// close_notify into the output; idempotent.
  void shutdown();

  std::vector<uint8_t> take_output() { return bio_.take_output(); }
  std::vector<uint8_t> take_plaintext() { return std::exchange(plaintext_, {}); }
  bool failed() const { return phase_ == Phase::kFailed; }

 private:
  enum class Phase : uint8_t { kHandshaking, kEstablished, kFailed };

  Stream(std::shared_ptr<const Context> context, SslPtr ssl, ClientParameters parameters);
  static std::unique_ptr<Stream> make(std::shared_ptr<const Context> context, ClientParameters parameters);

  uint32_t step();
  bool shake_hands();
  void read_plaintext();
  void fail();
  uint32_t flags() const;

  StreamBio bio_;
  std::vector<uint8_t> plaintext_;
  Phase phase_ = Phase::kHandshaking;
  bool ended_ = false;
  bool shut_down_ = false;
};

}  // namespace core
