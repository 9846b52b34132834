#include "stream_pair.h"

#include <algorithm>

#include "test.h"

core::ContextOptions stream_options(core::Role role) {
  core::ContextOptions options;
  options.role = role;
  options.transport = core::Transport::kStream;
  options.min_version = TLS1_2_VERSION;
  options.max_version = TLS1_3_VERSION;
  options.cipher_suites = {0x1301, 0xc0a8, 0xc02b};
  options.encrypt_then_mac = true;
  options.sessions = true;
  options.session_cache_size = 100;
  options.tickets = true;
  options.verify = role == core::Role::kClient ? core::Verify::kRequire : core::Verify::kNone;
  return options;
}

std::shared_ptr<core::Context> must_create(core::ContextOptions options, const core::CredentialSources& sources) {
  core::ContextError error;
  auto context = core::Context::create(std::move(options), sources, error);
  CHECK(context != nullptr);
  return context;
}

StreamPair::StreamPair(std::shared_ptr<const core::Context> client_context,
                       std::shared_ptr<const core::Context> server_context, core::ClientParameters parameters)
    : client(core::Stream::connect(std::move(client_context), std::move(parameters), connect_status)),
      server(core::Stream::accept(std::move(server_context))) {
  if (client) client_flags = client->start();
  server_flags = server->start();
}

void StreamPair::exchange(size_t chunk) {
  const auto carry = [chunk](core::Stream& from, core::Stream& to, uint32_t& flags) {
    const std::vector<uint8_t> bytes = from.take_output();
    for (core::ByteView rest = bytes; !rest.empty();) {
      const size_t size = std::min(rest.size(), chunk);
      flags |= to.receive(rest.first(size));
      rest = rest.subspan(size);
    }
    return !bytes.empty();
  };
  bool busy = true;
  while (busy) {
    busy = carry(*client, *server, server_flags);
    const std::vector<uint8_t>* wanted = server->wanted_session();
    if (wanted != nullptr && find_session) server_flags |= server->answer_session(find_session(*wanted));
    busy |= carry(*server, *client, client_flags);
  }
}

bool StreamPair::carries(const std::string& text) {
  const auto one_way = [&](core::Stream& from, core::Stream& to) {
    if (from.write(core::bytes_of(text)) != core::Status::kOk) return false;
    exchange();
    const std::vector<uint8_t> read = to.take_plaintext();
    return std::string(read.begin(), read.end()) == text;
  };
  return one_way(*client, *server) && one_way(*server, *client);
}
