#include "failure.h"

namespace core {

Failure take_library_failure() {
  const unsigned long oldest = ERR_get_error();
  ERR_clear_error();
  if (oldest == 0) return {Cause::kLibrary, 0, {}};
  const char* reason = ERR_reason_error_string(oldest);
  return {Cause::kLibrary, ERR_GET_REASON(oldest), reason != nullptr ? reason : ""};
}

}  // namespace core
