#pragma once

#include <string>
#include <vector>

#include "../bytes.h"
#include "../openssl.h"

/// Certificates made for a test, with keys that exist nowhere else.
namespace pki {

enum class KeyType { kEcP256, kRsa2048 };

struct Identity {
  core::X509Ptr certificate;
  core::EvpPkeyPtr key;
};

struct Options {
  std::string name;  ///< common name
  KeyType key_type = KeyType::kEcP256;
  bool authority = false;
  std::string alternative_names = {};  ///< as in "DNS:a.example,IP:127.0.0.1"
  long starts = -3600;                 ///< seconds from now
  long ends = 24 * 3600;
};

/// Signed by `issuer`, or by itself.
Identity make(const Options& options, const Identity* issuer = nullptr);
/// A certificate of the same name and key by another issuer.
Identity cross_signed(const Identity& identity, const Identity& issuer);
core::X509CrlPtr make_crl(const Identity& issuer, const std::vector<const Identity*>& revoked, long ends = 24 * 3600);

/// root -> intermediate -> leaf for localhost and 127.0.0.1.
struct Chain {
  Identity root = make({.name = "root", .authority = true});
  Identity intermediate = make({.name = "intermediate", .authority = true}, &root);
  Identity leaf = make(leaf_options(), &intermediate);

  static Options leaf_options() { return {.name = "leaf", .alternative_names = "DNS:localhost,IP:127.0.0.1"}; }
};

core::EvpPkeyPtr make_key(KeyType type);
std::vector<uint8_t> der(const Identity& identity);
std::vector<uint8_t> der(X509_CRL* crl);
std::vector<uint8_t> public_key_der(const Identity& identity);
std::string pem(const Identity& identity);
std::string pem(X509_CRL* crl);
std::string key_pem(EVP_PKEY* key);                                           ///< PKCS#8
std::string traditional_key_pem(EVP_PKEY* key);                               ///< "EC PRIVATE KEY" and the like
std::string encrypted_key_pem(EVP_PKEY* key, const std::string& passphrase);  ///< PKCS#8
std::string traditional_encrypted_key_pem(EVP_PKEY* key, const std::string& passphrase);
std::vector<uint8_t> key_der(EVP_PKEY* key);  ///< PKCS#1 or SEC1
std::vector<uint8_t> pkcs8_der(EVP_PKEY* key);
std::vector<uint8_t> encrypted_pkcs8_der(EVP_PKEY* key, const std::string& passphrase);
std::vector<uint8_t> pkcs12_der(const Identity& identity, const std::string& passphrase);

}  // namespace pki
