#include <string>
#include <vector>

#include "../credentials.h"
#include "pki.h"
#include "test.h"

#include <openssl/ui.h>  // after openssl.h, which says how to include OpenSSL

using core::bytes_of;
using core::ByteView;
using core::LoadError;

namespace {

const pki::Identity& identity() {
  static const pki::Identity made = pki::make({.name = "ec"});
  return made;
}

const pki::Identity& rsa_identity() {
  static const pki::Identity made = pki::make({.name = "rsa", .key_type = pki::KeyType::kRsa2048});
  return made;
}

LoadError use_key_of(const pki::Identity& owner, ByteView key, ByteView passphrase = {}) {
  const core::SslCtxPtr ctx(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_use_certificate(ctx.get(), owner.certificate.get());
  const LoadError error = core::use_private_key(ctx.get(), key, passphrase).error;
  if (error != LoadError::kNone) return error;
  CHECK(ERR_peek_error() == 0);
  CHECK_EQUAL(SSL_CTX_check_private_key(ctx.get()), 1);
  return error;
}

LoadError use_key(ByteView key, ByteView passphrase = {}) { return use_key_of(identity(), key, passphrase); }
LoadError use_key(const std::string& key, const std::string& passphrase = {}) {
  return use_key(bytes_of(key), bytes_of(passphrase));
}

/// Counts how often OpenSSL wants to ask somebody, instead of opening a terminal.
class TerminalWatch {
 public:
  TerminalWatch() : before_(UI_get_default_method()), method_(UI_create_method("watch")) {
    UI_method_set_opener(method_, [](UI*) {
      ++asked();
      return 0;
    });
    UI_set_default_method(method_);
    asked() = 0;
  }
  ~TerminalWatch() {
    UI_set_default_method(before_);
    UI_destroy_method(method_);
  }
  static int& asked() {
    static int count = 0;
    return count;
  }

 private:
  const UI_METHOD* before_;
  UI_METHOD* method_;
};

}  // namespace

TEST("a private key is read from every form of PEM and DER") {
  EVP_PKEY* key = identity().key.get();
  CHECK(use_key(pki::key_pem(key)) == LoadError::kNone);
  CHECK(use_key(pki::traditional_key_pem(key)) == LoadError::kNone);
  CHECK(use_key(pki::key_der(key)) == LoadError::kNone);
  CHECK(use_key(pki::pkcs8_der(key)) == LoadError::kNone);
  EVP_PKEY* rsa = rsa_identity().key.get();
  CHECK(use_key_of(rsa_identity(), bytes_of(pki::key_pem(rsa))) == LoadError::kNone);
  CHECK(use_key_of(rsa_identity(), bytes_of(pki::traditional_key_pem(rsa))) == LoadError::kNone);
  CHECK(use_key_of(rsa_identity(), pki::key_der(rsa)) == LoadError::kNone);
  CHECK(use_key_of(rsa_identity(), pki::pkcs8_der(rsa)) == LoadError::kNone);
}

TEST("a private key may stand among parameters and certificates of a PEM text") {
  const std::string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const std::string key = pki::traditional_key_pem(identity().key.get());
  CHECK(use_key(parameters + key) == LoadError::kNone);
  CHECK(use_key(pki::pem(identity()) + key) == LoadError::kNone);
  CHECK(use_key(key + pki::pem(identity())) == LoadError::kNone);
}

TEST("a passphrase opens an encrypted PEM key, and nobody is asked for one") {
  const TerminalWatch watch;
  EVP_PKEY* key = identity().key.get();
  for (const std::string& pem :
       {pki::encrypted_key_pem(key, "secret"), pki::traditional_encrypted_key_pem(key, "secret")}) {
    CHECK(use_key(pem, "secret") == LoadError::kNone);
    CHECK(use_key(pem, "wrong") == LoadError::kUnparsable);
    CHECK(ERR_peek_error() != 0);
    CHECK(use_key(pem) == LoadError::kUnparsable);
    CHECK(use_key(pem, std::string(5000, 'x')) == LoadError::kUnparsable);
  }
  CHECK_EQUAL(TerminalWatch::asked(), 0);
}

TEST("a passphrase for a key that needs none does no harm") {
  CHECK(use_key(pki::key_pem(identity().key.get()), "secret") == LoadError::kNone);
}

TEST("an encrypted DER key and PKCS#12 are unparsable, and nobody is asked for a passphrase") {
  const TerminalWatch watch;
  CHECK(use_key(pki::encrypted_pkcs8_der(identity().key.get(), "secret"), bytes_of("secret")) ==
        LoadError::kUnparsable);
  CHECK(use_key(pki::encrypted_pkcs8_der(identity().key.get(), "secret")) == LoadError::kUnparsable);
  CHECK(use_key(pki::pkcs12_der(identity(), "secret"), bytes_of("secret")) == LoadError::kUnparsable);
  CHECK(use_key(pki::pkcs12_der(identity(), "")) == LoadError::kUnparsable);
  CHECK_EQUAL(TerminalWatch::asked(), 0);
}

TEST("an encrypted certificate is unparsable, and nobody is asked for a passphrase") {
  const TerminalWatch watch;
  const core::BioPtr bio(BIO_new(BIO_s_mem()));
  unsigned char passphrase[] = "secret";
  PEM_ASN1_write_bio(reinterpret_cast<i2d_of_void*>(i2d_X509), PEM_STRING_X509, bio.get(), identity().certificate.get(),
                     EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  const ByteView pem = bytes_of({data, static_cast<size_t>(size)});
  const core::SslCtxPtr ctx(SSL_CTX_new(TLS_client_method()));
  CHECK(core::use_certificates(ctx.get(), std::span(&pem, 1)).error == LoadError::kUnparsable);
  CHECK_EQUAL(TerminalWatch::asked(), 0);
}

TEST("two keys in one PEM text are refused") {
  const std::string key = pki::key_pem(identity().key.get());
  CHECK(use_key(key + key) == LoadError::kUnparsable);
  CHECK(use_key(key + pki::encrypted_key_pem(identity().key.get(), "secret")) == LoadError::kUnparsable);
}

TEST("what is no key is unparsable, and bytes after a DER key are trailing") {
  EVP_PKEY* key = identity().key.get();
  std::string broken = pki::key_pem(key);
  broken[broken.size() / 2] = '!';
  CHECK(use_key(broken) == LoadError::kUnparsable);
  CHECK(ERR_peek_error() != 0);
  CHECK(use_key(pki::pem(identity())) == LoadError::kUnparsable);
  CHECK(use_key(std::string("garbage")) == LoadError::kUnparsable);
  CHECK(ERR_peek_error() != 0);
  CHECK(use_key(ByteView()) == LoadError::kUnparsable);
  CHECK(use_key(pki::der(identity())) == LoadError::kUnparsable);
  std::vector<uint8_t> sec1 = pki::key_der(key);
  sec1.push_back(0);
  CHECK(use_key(sec1) == LoadError::kTrailing);
  std::vector<uint8_t> pkcs8 = pki::pkcs8_der(key);
  pkcs8.push_back('x');
  CHECK(use_key(pkcs8) == LoadError::kTrailing);
  CHECK(use_key(ByteView(sec1).first(sec1.size() - 2)) == LoadError::kUnparsable);
}

TEST("a key that is not the certificate's is a mismatch, of the same type or another") {
  const core::EvpPkeyPtr other = pki::make_key(pki::KeyType::kEcP256);
  CHECK(use_key(pki::key_der(other.get())) == LoadError::kMismatch);
  CHECK_EQUAL(ERR_GET_REASON(ERR_peek_last_error()), X509_R_KEY_VALUES_MISMATCH);
  CHECK(use_key(pki::key_der(rsa_identity().key.get())) == LoadError::kMismatch);
  CHECK_EQUAL(ERR_GET_REASON(ERR_peek_last_error()), X509_R_KEY_TYPE_MISMATCH);
  ERR_clear_error();
}
