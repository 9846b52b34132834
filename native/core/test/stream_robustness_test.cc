// Streams against peers, and men in the middle, that misbehave.

#include <cerrno>

#include "link.h"
#include "pki.h"
#include "stream_pair.h"
#include "test.h"

using core::Role;
using core::Stream;

namespace {

constexpr char kIdentity[] = "client1";
constexpr char kKey[] = "0123456789abcdef";
constexpr uint8_t kUserCanceled[] = {21, 3, 3, 0, 2, 1, 90};

core::ContextOptions psk_options(int version) {
  core::ContextOptions options = stream_options(Role::kServer);
  options.min_version = options.max_version = version;
  auto table = std::make_shared<core::PskTable>();
  table->set(kIdentity, core::bytes_of(kKey));
  options.psk = table;
  return options;
}

core::ContextOptions outside_options() {
  core::ContextOptions options = psk_options(TLS1_2_VERSION);
  options.external_sessions = true;
  options.tickets = false;
  return options;
}

StreamPair pair_of(const std::shared_ptr<core::Context>& server, std::vector<uint8_t> session = {}) {
  core::ClientParameters parameters = psk_parameters(kIdentity, kKey);
  parameters.session.assign(session.begin(), session.end());
  return StreamPair(must_create(stream_options(Role::kClient)), server, std::move(parameters));
}

}  // namespace

TEST("a forged goodbye in the handshake does not make a clean end of what breaks the stream later") {
  StreamPair pair = pair_of(must_create(psk_options(TLS1_2_VERSION)));
  pair.client->receive(kUserCanceled);
  pair.exchange();
  CHECK(pair.established());
  std::vector<uint8_t> garbage = {23, 3, 3, 0, 48};
  garbage.resize(5 + 48);
  const uint32_t flags = pair.client->receive(garbage);
  CHECK((flags & Stream::kEnded) == 0);
  CHECK((flags & Stream::kFailed) != 0);
}

TEST("sessions that clients of streams spoil are not remembered for ever") {
  const auto server = must_create(outside_options());
  for (int i = 0; i < 3; ++i) {
    StreamPair pair = pair_of(server);
    pair.server->receive(pair.client->take_output());
    pair.server->answer_session({});
    CHECK((pair.server->receive(std::vector<uint8_t>{21, 3, 3, 0, 2, 2, 40}) & Stream::kFailed) != 0);
  }
  CHECK(server->take_removed_sessions().empty());
}
