#pragma once

#include <memory>
#include <string>

#include "client_hello.h"
#include "clock.h"
#include "context.h"
#include "datagram_bio.h"
#include "deadline_queue.h"
#include "failure.h"
#include "openssl.h"
#include "record.h"
#include "retransmission_timer.h"
#include "status.h"

namespace core {

/// Who a client says it is, for one association.
struct ClientCredentials {
  std::string identity;
  Secret key;
};

/// One peer: its SSL and what surrounds it. Knows libssl, not the table, the queue or the events. Every call that may
/// do I/O borrows the engine's BIO for its duration.
class Association {
 public:
  enum class Phase : uint8_t { kHandshaking, kEstablished, kClosed };
  enum class Progress { kPending, kEstablished, kFailed };
  enum class ReadResult { kMessage, kNothing, kCloseNotify, kFailed };

  /// Server side, for a ClientHello whose cookie was verified. libssl holds it when this returns if it is message 1;
  /// otherwise libssl is ready for it, and handshake() wants `datagram` first. Null when memory runs out or the hello
  /// is not acceptable.
  static std::unique_ptr<Association> accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                             const Address& peer, ByteView datagram, const ClientHello& hello);
  /// Client side; the first handshake() sends the ClientHello. Null when memory runs out.
  static std::unique_ptr<Association> connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                              const Address& peer, ClientCredentials credentials);
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;
  ~Association();

  /// Takes the handshake as far as `datagram` (may be empty) allows.
  Progress handshake(DatagramBio& bio, ByteView datagram, Micros now);
  /// Repeats the last flight now. False when libssl will not any more: it does so twelve times per flight.
  bool retransmit(DatagramBio& bio);
  /// Hands a datagram to libssl, or nothing, and takes one message out of it. Call until kNothing. `datagram` becomes
  /// empty once libssl has it.
  ReadResult read(DatagramBio& bio, ByteView& datagram, uint8_t* out, size_t room, size_t& size);
  /// False: read() would find kNothing unless it is given a datagram.
  bool has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }
  bool write(DatagramBio& bio, ByteView message);
  /// Sends close_notify.
  void shutdown(DatagramBio& bio);

  /// Server: CKE and CCS are in and a protected record did not open, i.e. the client's Finished is unreadable.
  bool finished_unreadable() const;
  /// A protected record too short for its suite. RFC 6347 wants it dropped in silence; libssl 1.1.1 takes it for an
  /// internal error and gives the association up, so anybody who knows the address could end it with one datagram.
  bool too_short(const RecordHeader& record) const { return record.epoch != 0 && record.length < shortest_record_; }
  /// While handshaking, a record may be fed to libssl only when this says so: plain ones see acceptable_plain_record(),
  /// and of protected ones that come too early libssl keeps each, with 17 KiB, so only a few are let in.
  bool admits(const RecordHeader& record, ByteView payload);
  /// Server: `random` (32 bytes) is the one of the ClientHello that started this association.
  bool started_by(ByteView random) const;

  // Set by libssl's callbacks (context.cc) and by the engine.
  void on_client_key_exchange(ByteView body);
  void on_key_log_line(const char* line);
  void on_alert_received(int level_and_description) { alert_received_ = level_and_description; }
  const Secret* server_psk() const;
  const ClientCredentials& credentials() const { return credentials_; }

  Role role() const { return context_->options().role; }
  const Context& context() const { return *context_; }
  const Address& peer() const { return flow_.peer; }
  const PeerTraffic& traffic() const { return flow_.traffic; }
  const std::string& psk_identity() const;
  int inner_mtu() const { return inner_mtu_; }
  uint16_t cipher_suite() const;
  bool resumed() const;
  const Failure& failure() const { return failure_; }
  int alert_received() const { return alert_received_; }
  /// Key log lines since the last take, one per line end; empty unless the context logs keys.
  bool has_key_log() const { return !key_log_.empty(); }
  Secret take_key_log();

  PeerId id = 0;
  Phase phase = Phase::kHandshaking;
  bool error_reported = false;
  bool in_backlog = false;
  bool idle_deadline_set = false;  ///< handshaking without a flight of ours in the air
  Deadline deadline;
  RetransmissionTimer timer;

  void count_received(size_t bytes) {
    ++flow_.traffic.datagrams_received;
    flow_.traffic.bytes_received += bytes;
  }

  static Association& of(const SSL* ssl) { return *static_cast<Association*>(SSL_get_app_data(ssl)); }

 private:
  Association(std::shared_ptr<const Context> context, SslPtr ssl, const Address& peer, ClientCredentials credentials);
  static SslPtr make_ssl(const Context& context, DatagramBio& bio);
  bool take_hello(DatagramBio& bio, ByteView datagram, const ClientHello& hello);
  bool skip_hellos(DatagramBio& bio, const ClientHello& hello);
  void follow_timer(Micros now);
  bool said_goodbye() const;
  void record_failure();
  void complete();

  static constexpr int kMaxEarlyRecords = 4;
  static constexpr uint16_t kMaxHelloSequence = 5;

  std::shared_ptr<const Context> context_;
  SslPtr ssl_;
  Flow flow_;
  ClientCredentials credentials_;
  std::string client_identity_;  ///< server role: as read from ClientKeyExchange, all bytes of it
  std::string key_log_;
  Failure failure_;
  int alert_received_ = 0;
  int inner_mtu_ = 0;
  int early_records_ = 0;
  int shortest_record_ = 0;
  bool protected_record_seen_ = false;
};

}  // namespace core
