// Which servers a session counts for.

#include "pki.h"
#include "stream_pair.h"
#include "test.h"

using core::Role;
using core::Stream;

namespace {

const std::string& certificate() {
  static const pki::Identity identity = pki::make({.name = "server"});
  static const std::string pem = pki::pem(identity) + pki::key_pem(identity.key.get());
  return pem;
}

core::CredentialSources credentials() {
  core::CredentialSources sources;
  sources.certificates = {core::bytes_of(certificate())};
  sources.private_key = core::bytes_of(certificate());
  return sources;
}

core::ContextOptions options_of(int version, core::Verify verify) {
  core::ContextOptions options = stream_options(Role::kServer);
  options.min_version = options.max_version = version;
  options.verify = verify;
  return options;
}

StreamPair connect_to(const std::shared_ptr<core::Context>& server, const std::string& name,
                      std::vector<uint8_t> session = {}) {
  core::ContextOptions options = stream_options(Role::kClient);
  options.verify = core::Verify::kNone;
  core::ClientParameters parameters;
  parameters.server_name = name;
  parameters.session.assign(session.begin(), session.end());
  StreamPair pair(must_create(options), server, std::move(parameters));
  pair.exchange();
  return pair;
}

}  // namespace

TEST("a session does not count for a server name with other trust anchors, wherever these are") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const core::ContextOptions asking = options_of(version, core::Verify::kRequest);
    core::CredentialSources one = credentials();
    one.trust_paths = {"/nonexistent/one"};
    core::CredentialSources two = credentials();
    two.trust_paths = {"/nonexistent/two"};
    core::CredentialSources of_system = credentials();
    of_system.system_trust = true;
    const auto base = must_create(options_of(version, core::Verify::kNone), credentials());
    base->add_server_name("one.example", must_create(asking, one));
    base->add_server_name("two.example", must_create(asking, two));
    base->add_server_name("system.example", must_create(asking, of_system));
    base->add_server_name("none.example", must_create(asking, credentials()));

    StreamPair first = connect_to(base, "one.example");
    const std::vector<uint8_t> session = first.client->take_session();
    CHECK(!session.empty());
    CHECK(connect_to(base, "one.example", session).server->resumed());
    for (const char* other : {"two.example", "system.example", "none.example"}) {
      StreamPair second = connect_to(base, other, session);
      CHECK(second.established());
      CHECK(!second.server->resumed());
    }
  }
}

TEST("a client comes back with its session to a server name that has none of its own") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto base = must_create(options_of(version, core::Verify::kNone), credentials());
    core::ContextOptions sessionless = options_of(version, core::Verify::kRequest);
    sessionless.sessions = false;
    base->add_server_name("a.example", must_create(sessionless, credentials()));
    StreamPair first = connect_to(base, "a.example");
    CHECK(first.established());
    const std::vector<uint8_t> session = first.client->take_session();
    CHECK(connect_to(base, "a.example", session).established());
  }
}
