#include "psk_table.h"

namespace core {

bool PskTable::valid_identity(std::string_view identity) {
  return !identity.empty() && identity.size() <= kMaxIdentity && identity.find('\0') == std::string_view::npos;
}

bool PskTable::set(std::string_view identity, ByteView key) {
  if (!valid_identity(identity) || !valid_key(key)) return false;
  keys_.insert_or_assign(std::string(identity), Secret(key));
  return true;
}

bool PskTable::remove(std::string_view identity) {
  const auto found = keys_.find(identity);
  if (found == keys_.end()) return false;
  keys_.erase(found);
  return true;
}

const Secret* PskTable::find(std::string_view identity) const {
  const auto found = keys_.find(identity);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace core
