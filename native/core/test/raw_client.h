#pragma once

#include <functional>

#include "../stream.h"

/// A TLS client as an attacker may write it: libssl, and a hook between its two hellos.
struct RawClient {
  explicit RawClient(const char* groups = "P-256");

  /// Goes on until neither side has anything to say.
  void talk_to(core::Stream& server);
  /// The newest session that the server gave away.
  core::SslSessionPtr take_session() { return std::move(session); }

  core::SslCtxPtr ctx;
  core::SslPtr ssl;
  core::SslSessionPtr session;
  /// Runs when a ServerHello (a HelloRetryRequest is one) has come and before it is acted on.
  std::function<void()> on_server_hello = [] {};
  uint32_t server_flags = 0;  ///< all that were ever set
};
