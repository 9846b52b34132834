#include <memory>

#include "link.h"
#include "test.h"

using core::EventKind;

namespace {

std::vector<uint8_t> take_datagram(Side& side) {
  const core::ByteView bytes = side.outbox.bytes(side.outbox[0]);
  std::vector<uint8_t> datagram(bytes.begin(), bytes.end());
  side.outbox.clear();
  return datagram;
}

/// Sends the client's hello to a server that forgets it right after its HelloVerifyRequest, as one that is restarted
/// does. The client's next hello waits in its outbox.
void meet_forgetful_server(Link& link) {
  Side forgetful(9, link.server_context);
  forgetful.engine.receive(take_datagram(link.client), link.client_address, link.now);
  link.client.engine.receive(take_datagram(forgetful), link.server_address, link.now);
  link.client.deliver();
}

}  // namespace

TEST("a server that was restarted between HelloVerifyRequest and hello completes the handshake at once") {
  for (int restarts = 1; restarts <= 4; ++restarts) {
    Link link;
    link.connect();
    for (int i = 0; i < restarts; ++i) meet_forgetful_server(link);
    const core::Micros start = link.now;
    CHECK(link.handshake());
    CHECK_EQUAL(link.now, start);
    CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
    link.client.engine.send(link.client_peer, core::bytes_of("hello"));
    link.exchange();
    CHECK_EQUAL(link.server.count(EventKind::kMessage), 1u);
  }
}

TEST("a handshake that starts with a later hello survives the loss of any one datagram") {
  for (const bool lose_to_server : {true, false}) {
    for (size_t n = 0; n < 5; ++n) {
      Link link;
      link.connect();
      meet_forgetful_server(link);
      link.pass = [&](bool to_server, size_t i, core::ByteView) { return to_server != lose_to_server || i != n; };
      CHECK(link.handshake());
    }
  }
}
