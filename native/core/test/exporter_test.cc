// Keying material (RFC 5705) is the same whoever has the records.

#include "own_records.h"
#include "test.h"

using core::ByteView;

namespace {

std::vector<uint8_t> exported(const core::Association& association, std::string_view label, const ByteView* context,
                              size_t size = 48) {
  std::vector<uint8_t> out(size);
  if (!association.export_keying_material(label, context, out)) out.clear();
  return out;
}

}  // namespace

TEST("keying material is the same on both sides, with our records and with those of libssl") {
  for (const core::CipherSuite& suite : psk_suites()) {
    for (const bool own_server : {true, false}) {
      Link link({.suites = {suite.id}, .server_own_records = own_server, .client_own_records = !own_server});
      CHECK(link.handshake());
      const core::Association& server = *link.server.engine.find(link.server_peer());
      const core::Association& client = *link.client.engine.find(link.client_peer);
      const std::string long_context(500, 'c');
      const ByteView contexts[] = {ByteView(), core::bytes_of("context"), core::bytes_of(long_context)};
      for (const size_t size : {1, 20, 32, 48, 64, 200}) {
        const std::vector<uint8_t> plain = exported(server, "EXPORTER-test", nullptr, size);
        CHECK(!plain.empty());
        CHECK(plain == exported(client, "EXPORTER-test", nullptr, size));
        CHECK(size < 20 || plain != exported(server, "EXPORTER-other", nullptr, size));
        for (const ByteView& context : contexts) {
          const std::vector<uint8_t> with = exported(server, "EXPORTER-test", &context, size);
          CHECK(!with.empty());
          CHECK(with == exported(client, "EXPORTER-test", &context, size));
          CHECK(size < 20 || with != plain);
        }
      }
    }
  }
}

TEST("labels of the handshake itself are refused, as libssl does") {
  Link link({.client_own_records = false});
  CHECK(link.handshake());
  const core::Association& server = *link.server.engine.find(link.server_peer());
  const core::Association& client = *link.client.engine.find(link.client_peer);
  CHECK(server.connection() == nullptr && client.connection() != nullptr);
  for (const char* label : {"client finished", "server finished", "master secret", "extended master secret",
                            "key expansion", "key expansion and more"}) {
    CHECK(exported(client, label, nullptr).empty());
    CHECK(exported(server, label, nullptr).empty());
  }
}

TEST("a context that is too long is refused by both in the same way") {
  Link link({.client_own_records = false});
  CHECK(link.handshake());
  const core::Association& server = *link.server.engine.find(link.server_peer());
  const core::Association& client = *link.client.engine.find(link.client_peer);
  for (const size_t size : {900, 940, 1000, 5000, 65535, 65536}) {
    const std::string text(size, 'c');
    const ByteView context = core::bytes_of(text);
    CHECK(exported(server, "EXPORTER-test", &context) == exported(client, "EXPORTER-test", &context));
  }
}
