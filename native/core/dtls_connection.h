#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "cipher_suite.h"
#include "client_hello.h"
#include "clock.h"
#include "connection.h"
#include "datagram_bio.h"
#include "master_secret.h"
#include "psk_question.h"
#include "record.h"
#include "retransmission_timer.h"

namespace core {

/// A Connection over datagrams: DTLS by libssl, for as long as libssl has a part in an association. Knows neither the
/// table, the queue nor the events. Every call that may do I/O borrows the engine's BIO for its duration.
class DtlsConnection final : public Connection {
 public:
  enum class Progress { kPending, kEstablished, kFailed };
  enum class ReadResult { kMessage, kNothing, kCloseNotify, kFailed };

  /// Server side, for a ClientHello, or the first fragment of one, whose cookie was verified. libssl holds that record
  /// when this returns if it is of message 1; otherwise libssl is ready for it, and handshake() wants `datagram` first.
  /// Null when memory runs out or the hello is not acceptable. `traffic` counts what is sent; it must outlive this.
  static std::unique_ptr<DtlsConnection> accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                const Address& peer, PeerTraffic& traffic, ByteView datagram,
                                                const ClientHello& hello);
  /// Client side; the first handshake() sends the ClientHello. Null, and why in `status`, when it cannot be had.
  static std::unique_ptr<DtlsConnection> connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                 const Address& peer, PeerTraffic& traffic, ClientParameters parameters,
                                                 Status& status);

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
  /// Whether the handshake has come to a cipher suite, without which no protected record is admitted.
  bool suite_known() const { return pending_suite() != nullptr; }
  /// Server: the next message of the handshake is a ClientKeyExchange whose identity the context may have to ask for.
  bool asks_psk() const;
  /// Whether that must be asked; a known one and one that nobody can have need not.
  bool must_ask_for(std::string_view identity) const;
  /// What the handshake waits for the application to say.
  Question open_question() const;
  /// Server: `random` (32 bytes) is the one of the ClientHello that started this.
  bool started_by(ByteView random) const;

  /// Bytes of the largest message that fits one datagram, once established.
  int inner_mtu() const { return inner_mtu_; }
  /// The suite that is in force, once established.
  const CipherSuite* suite() const { return find_cipher_suite(cipher_suite()); }
  /// What is needed to go on without libssl, once established.
  bool read_master_secret(MasterSecret& out) const { return out.read(ssl_.get()); }
  const LibsslRecords& written() const { return flow_.written; }
  bool export_keying_material(std::string_view label, const ByteView* context, std::span<uint8_t> out) const;

  /// What is sent from now on goes to `peer`.
  void readdress(const Address& peer) { flow_.peer = peer; }

  bool error_reported = false;
  Question asked = Question::kNone;           ///< the last one that went out
  bool answered = false;                      ///< and the handshake can go on
  std::unique_ptr<PskQuestion> psk_question;  ///< once a ClientKeyExchange has begun that may have to wait
  bool idle_deadline_set = false;             ///< handshaking without a flight of ours in the air
  RetransmissionTimer timer;

 private:
  DtlsConnection(std::shared_ptr<const Context> context, SslPtr ssl, const Address& peer, PeerTraffic& traffic,
                 ClientParameters parameters);
  static SslPtr make_ssl(const Context& context, DatagramBio& bio);
  bool take_hello(DatagramBio& bio, ByteView datagram, const ClientHello& hello);
  bool skip_hellos(DatagramBio& bio, const ClientHello& hello);
  bool contradicts_hello(ByteView payload) const;
  const CipherSuite* pending_suite() const;
  void follow_timer(Micros now);
  bool complete();

  static constexpr int kMaxEarlyRecords = 4;
  static constexpr uint16_t kMaxHelloSequence = 5;

  Flow flow_;
  std::array<uint8_t, SSL3_RANDOM_SIZE> hello_random_{};  ///< server role: libssl has it only later
  uint32_t hello_length_ = 0;                             ///< server role, of the message
  uint16_t hello_sequence_ = 0;                           ///< server role
  int inner_mtu_ = 0;
  int early_records_ = 0;
  int shortest_record_ = 0;
  bool protected_record_seen_ = false;
};

}  // namespace core
