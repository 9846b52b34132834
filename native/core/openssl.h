#pragma once

// The one place that includes OpenSSL, so that a build against the wrong headers stops here.

// HMAC_*: deprecated in 3.x, still there, and the one HMAC interface that allocates nothing per use.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

#ifndef LWM2M_TLS_OPENSSL_SYSTEM
static_assert(OPENSSL_VERSION_NUMBER >> 20 == 0x101,
              "OpenSSL 1.1.1 headers expected: Node's own 3.x headers come first in the include path");
#endif

namespace core {

template <typename T, void (*Free)(T*)>
struct OpensslDeleter {
  void operator()(T* object) const { Free(object); }
};

template <typename T, void (*Free)(T*)>
using OpensslPtr = std::unique_ptr<T, OpensslDeleter<T, Free>>;

using SslPtr = OpensslPtr<SSL, SSL_free>;
using SslCtxPtr = OpensslPtr<SSL_CTX, SSL_CTX_free>;
using X509Ptr = OpensslPtr<X509, X509_free>;
using X509CrlPtr = OpensslPtr<X509_CRL, X509_CRL_free>;
using X509StorePtr = OpensslPtr<X509_STORE, X509_STORE_free>;
using X509StoreCtxPtr = OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;
using EvpPkeyPtr = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;
using EvpPkeyCtxPtr = OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EvpCipherCtxPtr = OpensslPtr<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using HmacCtxPtr = OpensslPtr<HMAC_CTX, HMAC_CTX_free>;
using BioMethodPtr = OpensslPtr<BIO_METHOD, BIO_meth_free>;

inline void free_bio(BIO* bio) { BIO_free(bio); }
using BioPtr = OpensslPtr<BIO, free_bio>;

/// Brackets a use of libssl and leaves the error queue empty, as it was found: this copy of OpenSSL is ours alone, and
/// all of its users keep to that. Looking costs a fraction of clearing, which touches every slot of the queue.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ~ErrorQueueGuard() {
    if (ERR_peek_error() != 0) ERR_clear_error();
  }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

}  // namespace core
