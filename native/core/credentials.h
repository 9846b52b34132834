#pragma once

#include <span>

#include "bytes.h"
#include "load_result.h"
#include "openssl.h"

namespace core {

/// Own certificate and chain: the first certificate of the first element is the leaf, all others are its chain in this
/// order. Each element is PEM, with any number of certificates, or DER; which of both it is, is detected.
LoadResult use_certificates(SSL_CTX* ctx, std::span<const ByteView> elements);
/// The same for one connection, in place of what its SSL_CTX has.
LoadResult use_certificates(SSL* ssl, std::span<const ByteView> elements);

/// The leaf's private key: PEM with exactly one key, or DER (PKCS#1, SEC1, unencrypted PKCS#8). No PKCS#12.
/// `passphrase` opens an encrypted PEM key; an empty one is a passphrase too. Nobody is ever asked for one.
/// A key that does not fit the certificate in `ctx` is kMismatch, whatever its type: certificates come first.
LoadResult use_private_key(SSL_CTX* ctx, ByteView key, ByteView passphrase);
LoadResult use_private_key(SSL* ssl, ByteView key, ByteView passphrase);

}  // namespace core
