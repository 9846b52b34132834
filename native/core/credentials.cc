#include "credentials.h"

#include <climits>
#include <cstring>
#include <string_view>
#include <vector>

#include "x509_reader.h"

namespace core {
namespace {

int give_passphrase(char* buffer, int size, int, void* data) {
  const ByteView passphrase = *static_cast<const ByteView*>(data);
  if (passphrase.size() > static_cast<size_t>(size)) return -1;
  if (!passphrase.empty()) std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}

/// Keys among the objects of a PEM text, encrypted ones included. At the end the error queue says why there are no
/// more.
size_t count_pem_keys(BIO* bio) {
  constexpr std::string_view kLabel = "PRIVATE KEY";
  size_t count = 0;
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
    count += std::string_view(name).ends_with(kLabel);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<size_t>(size));
  }
  return count;
}

LoadError read_der_key(ByteView bytes, EvpPkeyPtr& out) {
  const unsigned char* at = bytes.data();
  const unsigned char* const end = at + bytes.size();
  out.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(bytes.size())));
  if (!out) return LoadError::kUnparsable;
  return at == end ? LoadError::kNone : LoadError::kTrailing;
}

LoadError read_private_key(ByteView bytes, ByteView passphrase, EvpPkeyPtr& out) {
  if (bytes.size() > INT_MAX) return LoadError::kTooBig;
  if (bytes.empty()) return LoadError::kUnparsable;
  const BioPtr bio = reading_bio(bytes);
  if (!bio) return LoadError::kLibrary;
  const size_t keys = count_pem_keys(bio.get());
  if (keys > 1 || (keys == 0 && !pem_start_line_missing())) return LoadError::kUnparsable;
  ERR_clear_error();
  if (keys == 0) return read_der_key(bytes, out);
  const BioPtr again = reading_bio(bytes);
  if (!again) return LoadError::kLibrary;
  out.reset(PEM_read_bio_PrivateKey(again.get(), nullptr, give_passphrase, &passphrase));
  return out ? LoadError::kNone : LoadError::kUnparsable;
}

// What an SSL_CTX and an SSL have functions of different names for.

bool use_leaf(SSL_CTX* ctx, X509* leaf) { return SSL_CTX_use_certificate(ctx, leaf) == 1; }
bool use_leaf(SSL* ssl, X509* leaf) { return SSL_use_certificate(ssl, leaf) == 1; }
bool add_issuer(SSL_CTX* ctx, X509* issuer) { return SSL_CTX_add1_chain_cert(ctx, issuer) == 1; }
bool add_issuer(SSL* ssl, X509* issuer) { return SSL_add1_chain_cert(ssl, issuer) == 1; }
X509* leaf_of(SSL_CTX* ctx) { return SSL_CTX_get0_certificate(ctx); }
X509* leaf_of(SSL* ssl) { return SSL_get_certificate(ssl); }
bool use_key(SSL_CTX* ctx, EVP_PKEY* key) { return SSL_CTX_use_PrivateKey(ctx, key) == 1; }
bool use_key(SSL* ssl, EVP_PKEY* key) { return SSL_use_PrivateKey(ssl, key) == 1; }

template <typename Owner>
LoadResult use_certificates_of(Owner* owner, std::span<const ByteView> elements) {
  ERR_clear_error();
  bool leaf = true;
  for (size_t index = 0; index < elements.size(); ++index) {
    std::vector<X509Ptr> certificates;
    const LoadError error = read_certificates(elements[index], certificates);
    if (error != LoadError::kNone) return {error, index};
    for (const X509Ptr& certificate : certificates) {
      const bool taken = leaf ? use_leaf(owner, certificate.get()) : add_issuer(owner, certificate.get());
      if (!taken) return {LoadError::kLibrary, index};
      leaf = false;
    }
  }
  return {};
}

template <typename Owner>
LoadResult use_private_key_of(Owner* owner, ByteView key, ByteView passphrase) {
  ERR_clear_error();
  EvpPkeyPtr parsed;
  const LoadError error = read_private_key(key, passphrase, parsed);
  if (error != LoadError::kNone) return {error};
  // libssl has a slot for each type of key: on its own it would put a key of another type beside the certificate.
  X509* leaf = leaf_of(owner);
  if (leaf != nullptr && X509_check_private_key(leaf, parsed.get()) != 1) return {LoadError::kMismatch};
  if (!use_key(owner, parsed.get())) return {LoadError::kLibrary};
  ERR_clear_error();
  return {};
}

}  // namespace

LoadResult use_certificates(SSL_CTX* ctx, std::span<const ByteView> elements) {
  return use_certificates_of(ctx, elements);
}

LoadResult use_certificates(SSL* ssl, std::span<const ByteView> elements) {
  SSL_certs_clear(ssl);
  return use_certificates_of(ssl, elements);
}

LoadResult use_private_key(SSL_CTX* ctx, ByteView key, ByteView passphrase) {
  return use_private_key_of(ctx, key, passphrase);
}

LoadResult use_private_key(SSL* ssl, ByteView key, ByteView passphrase) {
  return use_private_key_of(ssl, key, passphrase);
}

}  // namespace core
