#pragma once

#include <string>

#include "openssl.h"

namespace core {

/// Whether `name` is an IPv4 or IPv6 address, with or without zone, rather than a DNS name.
bool is_ip_literal(const std::string& name);

/// The name that the peer's certificate must be for: a DNS name (X509_VERIFY_PARAM_set1_host) or an IP literal
/// (X509_VERIFY_PARAM_set1_ip_asc; a zone is no part of it). Empty: not checked. False for a name with a NUL in it.
bool set_verify_name(SSL* ssl, const std::string& name);

}  // namespace core
