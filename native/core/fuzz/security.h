#pragma once

#include <memory>
#include <vector>

#include "../client_parameters.h"
#include "../context.h"
#include "../psk_table.h"

/// What both ends of a World authenticate with. Made once, since certificates and contexts take their time; nothing
/// that an input leaves in there outlives it.
struct Security {
  enum Kind : uint8_t { kPskCcm, kPskCbc, kCertificates, kOutsideSessions, kPskGcm, kKinds };
  static const Security& of(Kind kind);

  /// As it was when it was made.
  void restore() const;
  /// Right credentials.
  core::ClientParameters client() const;
  /// Such that no server may let them in.
  core::ClientParameters impostor() const;

  bool has_psk() const { return psk != nullptr; }

  std::shared_ptr<core::PskTable> psk;
  std::shared_ptr<const core::Context> server_context;
  std::shared_ptr<const core::Context> client_context;
};
