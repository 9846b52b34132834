#include "pki.h"

#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <cstdlib>

namespace pki {
namespace {

using core::BioPtr;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "test/pki.cc: %s failed\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

void must(bool ok, const char* what) {
  if (!ok) give_up(what);
}

void set_serial(X509* certificate) {
  static long next = 1000;
  must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), next++) == 1, "serial number");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

void set_subject(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()),
                                  -1, -1, 0) == 1,
       "name");
}

/// OpenSSL 1.1.1 wants it writable and leaves it alone.
char* passphrase_of(const std::string& passphrase) { return const_cast<char*>(passphrase.c_str()); }

/// What `write` writes into a BIO.
template <typename Bytes, typename Write>
Bytes written(Write write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  must(bio && write(bio.get()) == 1, "writing");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Bytes(data, data + size);
}

template <typename Write>
std::string text(Write write) {
  return written<std::string>(write);
}

template <typename Write>
std::vector<uint8_t> bytes(Write write) {
  return written<std::vector<uint8_t>>(write);
}

}  // namespace

core::EvpPkeyPtr make_key(KeyType type) {
  const int id = type == KeyType::kEcP256 ? EVP_PKEY_EC : EVP_PKEY_RSA;
  const core::OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_id(id, nullptr));
  must(context && EVP_PKEY_keygen_init(context.get()) == 1, "key generation");
  if (type == KeyType::kEcP256) {
    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1);
    EVP_PKEY_CTX_set_ec_param_enc(context.get(), OPENSSL_EC_NAMED_CURVE);
  } else {
    EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048);
  }
  EVP_PKEY* key = nullptr;
  must(EVP_PKEY_keygen(context.get(), &key) == 1, "key generation");
  return core::EvpPkeyPtr(key);
}

Identity make(const Options& options, const Identity* issuer) {
  Identity made{core::X509Ptr(X509_new()), make_key(options.key_type)};
  X509* certificate = made.certificate.get();
  X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_version(certificate, 2);
  set_serial(certificate);
  X509_gmtime_adj(X509_getm_notBefore(certificate), options.starts);
  X509_gmtime_adj(X509_getm_notAfter(certificate), options.ends);
  set_subject(certificate, options.name);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, made.key.get());
  add_extension(certificate, signer, NID_basic_constraints, options.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (options.authority) add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!options.alternative_names.empty()) {
    add_extension(certificate, signer, NID_subject_alt_name, options.alternative_names);
  }
  EVP_PKEY* key = issuer != nullptr ? issuer->key.get() : made.key.get();
  must(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
  return made;
}

Identity cross_signed(const Identity& identity, const Identity& issuer) {
  EVP_PKEY_up_ref(identity.key.get());
  Identity made{core::X509Ptr(X509_dup(identity.certificate.get())), core::EvpPkeyPtr(identity.key.get())};
  set_serial(made.certificate.get());
  X509_set_issuer_name(made.certificate.get(), X509_get_subject_name(issuer.certificate.get()));
  must(X509_sign(made.certificate.get(), issuer.key.get(), EVP_sha256()) > 0, "signature");
  return made;
}

core::X509CrlPtr make_crl(const Identity& issuer, const std::vector<const Identity*>& revoked, long ends) {
  core::X509CrlPtr crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.get()));
  const core::OpensslPtr<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_new());
  X509_gmtime_adj(time.get(), -7200);
  X509_CRL_set1_lastUpdate(crl.get(), time.get());
  for (const Identity* identity : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(identity->certificate.get()));
    X509_REVOKED_set_revocationDate(entry, time.get());
    must(X509_CRL_add0_revoked(crl.get(), entry) == 1, "revocation");
  }
  X509_gmtime_adj(time.get(), ends);
  X509_CRL_set1_nextUpdate(crl.get(), time.get());
  X509_CRL_sort(crl.get());
  must(X509_CRL_sign(crl.get(), issuer.key.get(), EVP_sha256()) > 0, "signature");
  return crl;
}

std::vector<uint8_t> der(const Identity& identity) {
  return bytes([&](BIO* bio) { return i2d_X509_bio(bio, identity.certificate.get()); });
}

std::vector<uint8_t> der(X509_CRL* crl) {
  return bytes([&](BIO* bio) { return i2d_X509_CRL_bio(bio, crl); });
}

std::vector<uint8_t> public_key_der(const Identity& identity) {
  return bytes([&](BIO* bio) { return i2d_PUBKEY_bio(bio, identity.key.get()); });
}

std::string pem(const Identity& identity) {
  return text([&](BIO* bio) { return PEM_write_bio_X509(bio, identity.certificate.get()); });
}

std::string pem(X509_CRL* crl) {
  return text([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, crl); });
}

std::string key_pem(EVP_PKEY* key) {
  return text([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string traditional_key_pem(EVP_PKEY* key) {
  return text(
      [&](BIO* bio) { return PEM_write_bio_PrivateKey_traditional(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string encrypted_key_pem(EVP_PKEY* key, const std::string& passphrase) {
  return text([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), passphrase_of(passphrase),
                                         static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

std::string traditional_encrypted_key_pem(EVP_PKEY* key, const std::string& passphrase) {
  return text([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_128_cbc(),
                                                reinterpret_cast<unsigned char*>(passphrase_of(passphrase)),
                                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

std::vector<uint8_t> key_der(EVP_PKEY* key) {
  return bytes([&](BIO* bio) { return i2d_PrivateKey_bio(bio, key); });
}

std::vector<uint8_t> pkcs8_der(EVP_PKEY* key) {
  return bytes([&](BIO* bio) { return i2d_PKCS8PrivateKeyInfo_bio(bio, key); });
}

std::vector<uint8_t> encrypted_pkcs8_der(EVP_PKEY* key, const std::string& passphrase) {
  return bytes([&](BIO* bio) {
    return i2d_PKCS8PrivateKey_bio(bio, key, EVP_aes_128_cbc(), passphrase_of(passphrase),
                                   static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

std::vector<uint8_t> pkcs12_der(const Identity& identity, const std::string& passphrase) {
  const core::OpensslPtr<PKCS12, PKCS12_free> bundle(PKCS12_create(passphrase.c_str(), "test", identity.key.get(),
                                                                   identity.certificate.get(), nullptr, 0, 0, 0, 0, 0));
  must(bundle != nullptr, "PKCS#12");
  return bytes([&](BIO* bio) { return i2d_PKCS12_bio(bio, bundle.get()); });
}

}  // namespace pki
