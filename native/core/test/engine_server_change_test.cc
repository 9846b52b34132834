#include "link.h"
#include "test.h"

using core::EventKind;

TEST("a client that starts anew finds a server that takes nobody any more") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return to_server ? n < 2 : n < 1; };
  link.connect();
  link.exchange();
  CHECK_EQUAL(link.server.counters.peers_handshaking, 1U);

  link.server.engine.set_server(nullptr);
  link.client.engine.forget(link.client_peer);
  link.pass = [](bool, size_t, core::ByteView) { return true; };
  link.connect();
  link.exchange();
  CHECK_EQUAL(link.server.counters.handshakes_started, 1U);
  CHECK_EQUAL(link.server.count(EventKind::kConnected), 0U);
}
