#pragma once

#include <cstdint>

/// What the attacker of engine_receive_fuzz may do next. Inputs of the corpus keep these numbers: new ones go last.
enum class Step : uint8_t {
  kDeliver,
  kDeliverAll,
  kDrop,
  kRepeat,  ///< delivers the next packet, which stays where it is
  kDelay,   ///< puts the next packet behind the others
  kMutate,
  kSplit,
  kJoin,
  kReplay,
  kMakeUp,
  kConnect,
  kSend,
  kClose,
  kWait,
  kWaitForDeadline,
  kTransportError,
  kServe,
  kKnowIdentity,
  kAnswerSession,
  kDefer,
  kMaxValue = kDefer,
};
