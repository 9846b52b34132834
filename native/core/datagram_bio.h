#pragma once

#include <sys/time.h>

#include "address.h"
#include "bytes.h"
#include "counters.h"
#include "libssl_records.h"
#include "openssl.h"
#include "outbox.h"
#include "traffic.h"

namespace core {

template <typename T>
struct BioMethod;

/// What the BIO and libssl keep about one association between calls.
struct Flow {
  Address peer;
  int mtu = 0;  ///< largest UDP payload; what libssl is told when it asks
  PeerTraffic* traffic = nullptr;
  LibsslRecords written;

  /// libssl's own retransmission deadline, learnt when it is first set. We run the schedule on our clock and write
  /// into it: far future while we wait, the past when libssl shall retransmit. libssl's wall clock then decides
  /// nothing, and core has no clock.
  timeval* libssl_timer = nullptr;
  bool timer_started = false;  ///< since the flags were last cleared
  bool timer_stopped = false;
  bool muted = false;  ///< what libssl writes goes nowhere
};

/// One BIO shared by all associations of an engine: reads the borrowed datagram in place, writes into the outbox.
/// It belongs to one flow at a time, through a Lease.
class DatagramBio {
 public:
  /// `ip_overhead`: bytes of IP and UDP headers, for libssl's MTU arithmetic.
  DatagramBio(int32_t endpoint, int ip_overhead, Outbox& outbox, Counters& counters);
  DatagramBio(const DatagramBio&) = delete;
  DatagramBio& operator=(const DatagramBio&) = delete;
  ~DatagramBio();

  /// Null when memory ran out at construction.
  BIO* bio() const { return bio_.get(); }
  /// Scratch that DTLSv1_listen insists on; nothing is ever read from it.
  BIO_ADDR* scratch_address() const { return scratch_address_; }

  /// For the scope of one call into libssl: gives the BIO to `flow`, with at most one datagram to read.
  class Lease {
   public:
    Lease(DatagramBio& bio, Flow& flow, ByteView incoming = {}) : bio_(bio) {
      bio_.flow_ = &flow;
      bio_.incoming_ = incoming;
    }
    ~Lease() {
      bio_.flow_ = nullptr;
      bio_.incoming_ = {};
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    bool consumed() const { return bio_.incoming_.empty(); }

   private:
    DatagramBio& bio_;
  };

  /// Appends a datagram that libssl has not written, counted like the others.
  void write_directly(const Address& to, ByteView bytes);
  /// The same for one that is still to be written, in place: `size` bytes, valid until the next call.
  uint8_t* write_directly(const Address& to, size_t size);

 private:
  friend struct BioMethod<DatagramBio>;
  int read(char* out, int size);
  int write(const char* bytes, int size);
  long control(int command, long number, void* pointer);

  int32_t endpoint_;
  int ip_overhead_;
  Outbox& outbox_;
  Counters& counters_;
  BioPtr bio_;
  BIO_ADDR* scratch_address_;
  Flow* flow_ = nullptr;
  ByteView incoming_;
};

}  // namespace core
