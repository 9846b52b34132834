#pragma once

namespace core {

/// The name of an X509_V_ERR_ number without that prefix, as node:tls gives it as `error.code` (`CERT_HAS_EXPIRED`);
/// "OK" for X509_V_OK and "UNSPECIFIED" for a number that OpenSSL does not have.
const char* verify_error_name(int x509_error);

}  // namespace core
