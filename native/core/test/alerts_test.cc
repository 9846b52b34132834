#include <cstring>

#include "link.h"
#include "test.h"

using core::Cause;
using core::EventKind;

/// Of libssl's inside: the only way to make an authenticated peer send an alert of one's choice.
extern "C" int ssl3_send_alert(SSL*, int level, int description);

namespace {

/// A client of plain libssl on memory BIOs, against the server of a Link.
class PlainClient {
 public:
  explicit PlainClient(Link& link) : link_(link), ctx_(SSL_CTX_new(DTLS_client_method())) {
    SSL_CTX_set_cipher_list(ctx_.get(), "PSK-AES128-GCM-SHA256");
    SSL_CTX_set_psk_client_callback(ctx_.get(), psk);
    ssl_.reset(SSL_new(ctx_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    BIO_set_mem_eof_return(out_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    SSL_set_options(ssl_.get(), SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl_.get(), 1232);
  }

  bool handshake() {
    bool done = false;
    for (int i = 0; i < 10 && !done; ++i) {
      done = SSL_do_handshake(ssl_.get()) == 1;
      ERR_clear_error();
      flush();
    }
    return done;
  }
  void send_alert(int level, int description) {
    ssl3_send_alert(ssl_.get(), level, description);
    ERR_clear_error();
    flush();
  }

 private:
  static unsigned int psk(SSL*, const char*, char* identity, unsigned int, unsigned char* key, unsigned int) {
    std::strcpy(identity, "client1");
    std::memcpy(key, "0123456789abcdef", 16);
    return 16;
  }

  void flush() {
    std::vector<uint8_t> bytes(BIO_ctrl_pending(out_));
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    core::ByteView rest = bytes;
    core::ByteView payload;
    core::RecordHeader header;
    for (core::ByteView before = rest; core::next_record(rest, header, payload); before = rest) {
      link_.server.engine.receive(before.first(core::RecordHeader::kSize + payload.size()), link_.client_address,
                                  link_.now);
      link_.server.deliver();
    }
    for (size_t i = 0; i < link_.server.outbox.size(); ++i) {
      const core::ByteView datagram = link_.server.outbox.bytes(link_.server.outbox[i]);
      BIO_write(in_, datagram.data(), static_cast<int>(datagram.size()));
    }
    link_.server.outbox.clear();
  }

  Link& link_;
  core::SslCtxPtr ctx_;
  core::SslPtr ssl_;
  BIO* in_;
  BIO* out_;
};

struct Ending {
  int level;
  int description;
  Cause cause;
};

}  // namespace

TEST("a goodbye is a goodbye at any level, other fatal alerts are reported as what they are") {
  for (const Ending& ending : {Ending{1, 0, Cause::kCloseNotify}, Ending{2, 0, Cause::kCloseNotify},
                               Ending{1, 90, Cause::kCloseNotify}, Ending{2, 90, Cause::kCloseNotify},
                               Ending{2, 100, Cause::kAlertReceived}, Ending{2, 20, Cause::kAlertReceived}}) {
    Link link({.suites = {0x00a8}});
    PlainClient client(link);
    CHECK(client.handshake());
    client.send_alert(ending.level, ending.description);
    const Side::Event* closed = link.server.last(EventKind::kClosed);
    CHECK(closed != nullptr);
    if (closed == nullptr) continue;
    CHECK_EQUAL(closed->a, static_cast<int32_t>(ending.cause));
    if (ending.cause == Cause::kAlertReceived) CHECK_EQUAL(closed->b, ending.level << 8 | ending.description);
    CHECK_EQUAL(link.server.counters.peers, 0u);
  }
}

TEST("a warning changes nothing") {
  Link link({.suites = {0x00a8}});
  PlainClient client(link);
  CHECK(client.handshake());
  for (int i = 0; i < 10; ++i) client.send_alert(SSL3_AL_WARNING, SSL_AD_NO_RENEGOTIATION);
  CHECK(link.server.last(EventKind::kClosed) == nullptr);
  CHECK_EQUAL(link.server.counters.peers, 1u);
}

TEST("a close_notify in mid-handshake ends it as an alert of the peer") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return to_server ? n < 2 : n < 1; };
  link.connect();
  link.exchange();
  const std::vector<uint8_t> goodbye = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 40, 0, 2, 1, 0};
  link.server.engine.receive(goodbye, link.client_address, link.now);
  link.server.deliver();
  const Side::Event* error = link.server.last(EventKind::kClientError);
  CHECK(error != nullptr && error->a == static_cast<int32_t>(Cause::kAlertReceived) && error->b == 0x100);
}
