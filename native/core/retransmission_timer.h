#pragma once

#include "clock.h"

namespace core {

/// Schedule of a handshake flight (contract: "DTLS handshake timeouts"). The first timeout is `min`; each one doubles,
/// capped at `max`; after a timeout of `max` or more the handshake is given up. With 1 s and 60 s a flight leaves at
/// 0, 1, 3, 7, 15, 31 and 63 s and is given up at 123 s.
class RetransmissionTimer {
 public:
  enum class Verdict { kRetransmit, kGiveUp };

  RetransmissionTimer(Micros min, Micros max) : min_(min), max_(max) {}

  /// A new flight was sent.
  void start(Micros now) {
    timeout_ = min_;
    deadline_ = now + timeout_;
  }
  void stop() { deadline_ = kNever; }
  bool running() const { return deadline_ != kNever; }
  Micros deadline() const { return deadline_; }

  /// The deadline has passed. On kRetransmit the next one is already set.
  Verdict expire(Micros now) {
    if (timeout_ >= max_) {
      stop();
      return Verdict::kGiveUp;
    }
    timeout_ = timeout_ > max_ / 2 ? max_ : timeout_ * 2;
    deadline_ = now + timeout_;
    return Verdict::kRetransmit;
  }

  /// From the first transmission of a flight to giving it up.
  Micros patience() const {
    Micros total = min_;
    for (Micros timeout = min_; timeout < max_;) {
      timeout = timeout > max_ / 2 ? max_ : timeout * 2;
      total += timeout;
    }
    return total;
  }

 private:
  Micros min_;
  Micros max_;
  Micros timeout_ = 0;
  Micros deadline_ = kNever;
};

}  // namespace core
