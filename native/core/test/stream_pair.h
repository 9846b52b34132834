#pragma once

#include <functional>
#include <memory>
#include <string>

#include "../stream.h"

/// Options of a context for streams with PSK suites and TLS 1.2 to 1.3; a test changes what it is about.
core::ContextOptions stream_options(core::Role role);
std::shared_ptr<core::Context> must_create(core::ContextOptions options, const core::CredentialSources& sources = {});

/// A client and a server Stream that are fed with each other's output.
struct StreamPair {
  StreamPair(std::shared_ptr<const core::Context> client_context, std::shared_ptr<const core::Context> server_context,
             core::ClientParameters parameters);

  /// Carries bytes until both are silent; `chunk` bytes at a time.
  void exchange(size_t chunk = 1 << 20);
  bool established() const { return (client_flags & server_flags & core::Stream::kEstablished) != 0; }
  /// What the other side has read so far is what was written.
  bool carries(const std::string& text);

  core::Status connect_status = core::Status::kOk;
  std::unique_ptr<core::Stream> client;
  std::unique_ptr<core::Stream> server;
  uint32_t client_flags = 0;  ///< all that were ever set
  uint32_t server_flags = 0;
  /// Asked for the session that a client wants to resume. Empty: never answers.
  std::function<std::vector<uint8_t>(const std::vector<uint8_t>& id)> find_session = [](const auto&) {
    return std::vector<uint8_t>();
  };
};
