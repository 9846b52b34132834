#pragma once

#include <memory>
#include <optional>

#include "deadline_queue.h"
#include "dtls_connection.h"
#include "last_flight.h"
#include "record_layer.h"

namespace core {

/// One DTLS peer. While the handshake lasts libssl has it (DtlsConnection, 36 to 160 KB); then, for AEAD suites, keys,
/// counters and a window are all that is left (RecordLayer, half a kilobyte). CBC suites stay with libssl.
class Association {
 public:
  enum class Phase : uint8_t { kHandshaking, kEstablished };

  /// As DtlsConnection::accept() and connect().
  static std::unique_ptr<Association> accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                             const Address& peer, ByteView datagram, const ClientHello& hello);
  static std::unique_ptr<Association> connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                              const Address& peer, ClientParameters parameters, Status& status);
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;

  const Address& peer() const { return peer_; }
  /// For its owner, whose tables know it by its address: datagrams go to `peer` from now on.
  void readdress(const Address& peer);
  Role role() const { return role_; }
  PeerTraffic& traffic() { return traffic_; }
  const PeerTraffic& traffic() const { return traffic_; }
  /// Bytes of the largest message that fits one datagram.
  size_t inner_mtu() const { return inner_mtu_; }

  /// libssl's part; null once it is not needed any more.
  DtlsConnection* connection() { return connection_.get(); }
  const DtlsConnection* connection() const { return connection_.get(); }
  /// Our own records; null while libssl has them.
  RecordLayer* records() { return records_ ? &*records_ : nullptr; }
  /// What the peer must get again if it repeats its own last flight; null when it has it.
  LastFlight* last_flight() { return last_flight_.get(); }
  void drop_last_flight() { last_flight_.reset(); }

  /// The handshake is complete.
  void note_established();
  /// Goes on without libssl, if the suite allows. `written` is what the step that completed the handshake has put
  /// into the outbox. When it returns true, connection() is null.
  bool take_records_over(CipherCache& ciphers, const Outbox& outbox, OutboxRange written);
  /// The same whatever the options say, for the last record of an association that is about to end: what libssl has
  /// read is not known.
  bool take_last_record_over(CipherCache& ciphers);

  /// Established: `random` is the one of the ClientHello that this came of, i.e. the hello is a late copy.
  bool came_of(ByteView random) const;
  /// RFC 5705.
  bool export_keying_material(std::string_view label, const ByteView* context, std::span<uint8_t> out) const;

  PeerId id = 0;
  /// A second handshake with the same address, under way beside this established association; 0: none.
  PeerId successor = 0;
  /// The other way round: what this handshake will end when it is complete.
  PeerId predecessor = 0;
  Phase phase = Phase::kHandshaking;
  bool in_backlog = false;       ///< has messages that found no room
  Micros last_heard = 0;         ///< when the newest authentic record came, once established
  Micros last_flight_until = 0;  ///< when nobody will want last_flight() any more
  Deadline deadline;

 private:
  bool take_keys_over(CipherCache& ciphers);
  Association(const Address& peer, Role role) : peer_(peer), role_(role) {}

  Address peer_;
  const Role role_;
  uint16_t inner_mtu_ = 0;
  PeerTraffic traffic_;
  std::unique_ptr<DtlsConnection> connection_;  // after what it counts in
  std::optional<RecordLayer> records_;
  std::optional<MasterSecret> master_;  ///< with records_
  std::unique_ptr<LastFlight> last_flight_;
};

}  // namespace core
