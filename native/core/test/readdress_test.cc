// A client of ours that moves: its engine knows it by another address from now on.

#include "link.h"
#include "test.h"

using core::EventKind;
using core::Status;

namespace {

const core::Address kElsewhere = ipv4(9, 9);

size_t sent_to(const core::Outbox& outbox, const core::Address& address) {
  size_t count = 0;
  for (size_t i = 0; i < outbox.size(); ++i) count += outbox[i].to == address;
  return count;
}

}  // namespace

TEST("an established client sends to its new address, and is heard from there only") {
  Link link;
  CHECK(link.handshake());
  CHECK(link.client.engine.readdress(link.client_peer, kElsewhere) == Status::kOk);
  CHECK(link.client.engine.send(link.client_peer, core::bytes_of("hello")) == Status::kOk);
  CHECK_EQUAL(sent_to(link.client.outbox, kElsewhere), 1u);
  link.client.outbox.clear();

  CHECK(link.server.engine.send(link.server_peer(), core::bytes_of("answer")) == Status::kOk);
  const core::ByteView answer = link.server.outbox.bytes(link.server.outbox[0]);
  link.client.engine.receive(answer, link.server_address, link.now);
  link.client.deliver();
  CHECK_EQUAL(link.client.count(EventKind::kMessage), 0u);
  CHECK_EQUAL(link.client.counters.datagrams_unroutable, 1u);
  link.client.engine.receive(answer, kElsewhere, link.now);
  link.client.deliver();
  CHECK_EQUAL(link.client.count(EventKind::kMessage), 1u);
}

TEST("a handshake moves too") {
  Link link;
  const core::PeerId peer = link.connect();
  link.client.outbox.clear();
  CHECK(link.client.engine.readdress(peer, kElsewhere) == Status::kOk);
  link.now = link.client.engine.next_deadline();
  link.client.engine.tick(link.now);
  CHECK_EQUAL(sent_to(link.client.outbox, kElsewhere), 1u);
}

TEST("only a client moves, and only to where nobody is") {
  Link link;
  CHECK(link.handshake());
  CHECK(link.server.engine.readdress(link.server_peer(), kElsewhere) == Status::kNotConnected);
  CHECK(link.client.engine.readdress(link.client_peer, link.server_address) == Status::kAddressInUse);
  CHECK(link.client.engine.close(link.client_peer) == Status::kOk);
  CHECK(link.client.engine.readdress(link.client_peer, kElsewhere) == Status::kNoSuchPeer);
  CHECK(link.client.engine
            .connect(link.server_address, link.client_context, psk_parameters("client1", "0123456789abcdef"), link.now)
            .status == Status::kOk);
}
