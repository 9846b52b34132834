#include "link.h"
#include "test.h"

TEST("no datagram is longer than the MTU, whatever headers the carrier puts round it") {
  const Link link(LinkOptions{.mtu = 256});
  for (const int overhead : {0, 28, 255, 256, 300, 1024}) {
    Side client(1, nullptr);
    core::Engine engine({.number = 2, .max_peers = 1, .ip_overhead = overhead}, nullptr, client.outbox, client.sink,
                        client.ciphers, client.counters);
    core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
    for (const char label : {'a', 'b', 'c'}) parameters.server_name += std::string(60, label) + ".";
    parameters.server_name += "example";
    CHECK(engine.connect(ipv4(1, 5684), link.client_context, std::move(parameters), link.now).status ==
          core::Status::kOk);
    CHECK(client.outbox.size() > 1);
    for (size_t i = 0; i < client.outbox.size(); ++i) CHECK(client.outbox.bytes(client.outbox[i]).size() <= 256);
  }
}
