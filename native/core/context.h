#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clock.h"
#include "openssl.h"
#include "psk_table.h"
#include "record_filter.h"

namespace core {

/// Normalised and already valid: `lib/options` has checked every value.
struct ContextOptions {
  Role role = Role::kServer;
  std::vector<uint16_t> cipher_suites;  ///< IANA numbers in order of preference
  bool prefer_own_order = false;        ///< server: our order decides, not the client's
  int mtu = 1232;                       ///< largest UDP payload
  Micros min_timeout = 1'000'000;       ///< first retransmission timeout
  Micros max_timeout = 60'000'000;      ///< cap of the doubling; giving up after a timeout that long
  std::shared_ptr<const PskTable> psk;  ///< server role
};

/// An SSL_CTX for DTLS 1.2 built from ContextOptions. Immutable afterwards but for the key log switch, shared by
/// associations; used from one thread.
class Context {
 public:
  /// Null when libssl refuses the options; the error queue then says why.
  static std::shared_ptr<Context> create(ContextOptions options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Key log lines become kKeylog events from the next handshake on (SSL_CTX_set_keylog_callback).
  void enable_keylog();

  SSL_CTX* ssl_ctx() const { return ctx_.get(); }
  const ContextOptions& options() const { return options_; }
  /// Bytes of the largest handshake message that a peer may send: PSK handshakes have small ones only.
  size_t max_handshake_message() const { return 4096; }

 private:
  Context(ContextOptions options, SslCtxPtr ctx) : options_(std::move(options)), ctx_(std::move(ctx)) {}

  ContextOptions options_;
  SslCtxPtr ctx_;
};

}  // namespace core
