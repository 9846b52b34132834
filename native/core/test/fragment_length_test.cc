#include "link.h"
#include "test.h"

using core::EventKind;

TEST("a peer that has asked for short records gets no longer ones, and none ends the association") {
  Link link;
  SSL_CTX_set_tlsext_max_fragment_length(link.client_context->ssl_ctx(), TLSEXT_max_fragment_length_512);
  CHECK(link.handshake());
  const std::vector<uint8_t> message(513, 'x');
  CHECK(link.server.engine.send(link.server_peer(), message) == core::Status::kTooLarge);
  CHECK(link.server.engine.send(link.server_peer(), core::ByteView(message).first(512)) == core::Status::kOk);
  link.exchange();
  CHECK_EQUAL(link.client.count(EventKind::kMessage), 1U);
  CHECK_EQUAL(link.server.last(EventKind::kConnected)->b, 512);
}

TEST("no message is longer than a record, whatever the MTU") {
  Link link(LinkOptions{.mtu = 65535});
  CHECK(link.handshake());
  const std::vector<uint8_t> message(16385, 'x');
  CHECK(link.server.engine.send(link.server_peer(), message) == core::Status::kTooLarge);
  CHECK(link.server.engine.send(link.server_peer(), core::ByteView(message).first(16384)) == core::Status::kOk);
  link.exchange();
  CHECK_EQUAL(link.client.count(EventKind::kMessage), 1U);
}
