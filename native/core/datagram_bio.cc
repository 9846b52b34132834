#include "datagram_bio.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "bio_method.h"

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
#error "OpenSSL 3.2 and later hand the BIO a copy of the retransmission deadline; core writes into the original"
#endif

namespace core {
namespace {

/// Told to libssl once a flight was repeated more than twice: small enough for any IPv4 path (RFC 791: 576 bytes).
constexpr int kFallbackMtu = 508;

/// libssl takes the overhead away from the smallest MTU that it knows, 256, and does not look for an underflow.
constexpr int kMaxOverhead = 255;

/// Later than any wall clock, and no overflow when libssl subtracts the present from it.
constexpr timeval kFarFuture = {std::numeric_limits<time_t>::max() / 4, 0};

}  // namespace

DatagramBio::DatagramBio(int32_t endpoint, int ip_overhead, Outbox& outbox, Counters& counters)
    : endpoint_(endpoint), ip_overhead_(ip_overhead), outbox_(outbox), counters_(counters),
      bio_(BIO_new(BioMethod<DatagramBio>::instance("lwm2m-tls datagram"))), scratch_address_(BIO_ADDR_new()) {
  if (bio_) BIO_set_data(bio_.get(), this);
}

DatagramBio::~DatagramBio() { BIO_ADDR_free(scratch_address_); }

void DatagramBio::write_directly(const Address& to, ByteView bytes) {
  outbox_.append(endpoint_, to, bytes);
  ++counters_.datagrams_sent;
  counters_.bytes_sent += bytes.size();
}

uint8_t* DatagramBio::write_directly(const Address& to, size_t size) {
  ++counters_.datagrams_sent;
  counters_.bytes_sent += size;
  return outbox_.append(endpoint_, to, size);
}

int DatagramBio::read(char* out, int size) {
  BIO_clear_retry_flags(bio_.get());
  if (incoming_.empty()) {
    BIO_set_retry_read(bio_.get());
    return -1;
  }
  const size_t taken = std::min(incoming_.size(), static_cast<size_t>(size));
  std::memcpy(out, incoming_.data(), taken);
  incoming_ = {};
  return static_cast<int>(taken);
}

int DatagramBio::write(const char* bytes, int size) {
  BIO_clear_retry_flags(bio_.get());
  if (flow_ == nullptr || size <= 0) return -1;
  const ByteView view(reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(size));
  flow_->written.note(view);
  if (flow_->muted) return size;
  write_directly(flow_->peer, view);
  flow_->traffic->note_sent(view.size());
  return size;
}

long DatagramBio::control(int command, long, void* pointer) {
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_GET_PEER:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
      return flow_ != nullptr ? flow_->mtu : 0;
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return flow_ != nullptr ? std::min(flow_->mtu, kFallbackMtu) : 0;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return std::min(ip_overhead_, kMaxOverhead);
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: {
      if (flow_ == nullptr) return 1;
      auto* timer = static_cast<timeval*>(pointer);
      flow_->libssl_timer = timer;
      if (timer->tv_sec == 0 && timer->tv_usec == 0) {
        flow_->timer_stopped = true;
        flow_->timer_started = false;
      } else {
        flow_->timer_started = true;
        *timer = kFarFuture;
      }
      return 1;
    }
    default:
      return 0;
  }
}

}  // namespace core
