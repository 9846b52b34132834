#include "association.h"

#include <algorithm>
#include <utility>

namespace core {

std::unique_ptr<Association> Association::accept(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                 const Address& peer, ByteView datagram, const ClientHello& hello) {
  std::unique_ptr<Association> association(new Association(peer, Role::kServer));
  association->connection_ =
      DtlsConnection::accept(std::move(context), bio, peer, association->traffic_, datagram, hello);
  return association->connection_ ? std::move(association) : nullptr;
}

std::unique_ptr<Association> Association::connect(std::shared_ptr<const Context> context, DatagramBio& bio,
                                                  const Address& peer, ClientParameters parameters, Status& status) {
  std::unique_ptr<Association> association(new Association(peer, Role::kClient));
  association->connection_ =
      DtlsConnection::connect(std::move(context), bio, peer, association->traffic_, std::move(parameters), status);
  return association->connection_ ? std::move(association) : nullptr;
}

void Association::readdress(const Address& peer) {
  peer_ = peer;
  if (connection_) connection_->readdress(peer);
}

void Association::note_established() {
  phase = Phase::kEstablished;
  inner_mtu_ = static_cast<uint16_t>(std::max(connection_->inner_mtu(), 0));
}

bool Association::take_records_over(CipherCache& ciphers, const Outbox& outbox, OutboxRange written) {
  if (!connection_->context().options().own_records || !take_keys_over(ciphers)) return false;
  if (written.first < written.last) {
    last_flight_ = std::make_unique<LastFlight>(outbox, written, connection_->written().next_plain_sequence());
  }
  connection_.reset();
  return true;
}

bool Association::take_last_record_over(CipherCache& ciphers) {
  if (!take_keys_over(ciphers)) return false;
  connection_.reset();
  return true;
}

bool Association::take_keys_over(CipherCache& ciphers) {
  const CipherSuite* suite = connection_->suite();
  const bool possible =
      connection_->version() == DTLS1_2_VERSION && suite != nullptr && suite->aead.mode != Aead::Mode::kNone;
  if (!possible) return false;
  RecordLayer::State state;
  state.suite = suite;
  const LibsslRecords& before = connection_->written();
  state.next_write_sequence = before.next_protected_sequence();
  state.nonce_prefix = before.free_nonce_prefix(state.epoch);
  master_.emplace();
  if (!connection_->read_master_secret(*master_) || !RecordLayer::derive(state, *master_, role_)) {
    master_.reset();
    return false;
  }
  records_.emplace(ciphers, std::move(state));
  return true;
}

bool Association::came_of(ByteView random) const {
  if (connection_) return connection_->started_by(random);
  const ByteView mine = master_->client_random();
  return std::equal(mine.begin(), mine.end(), random.begin(), random.end());
}

bool Association::export_keying_material(std::string_view label, const ByteView* context,
                                         std::span<uint8_t> out) const {
  if (connection_) return connection_->export_keying_material(label, context, out);
  return master_->export_keying_material(records_->state().suite->aead.prf_digest, label, context, out);
}

}  // namespace core
