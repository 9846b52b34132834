#include "x509_reader.h"

#include <climits>

namespace core {
namespace {

template <typename T>
using PemReader = T* (*)(BIO*, T**, pem_password_cb*, void*);
template <typename T>
using DerReader = T* (*)(T**, const unsigned char**, long);

template <typename T, typename Ptr>
LoadError read_der(ByteView bytes, DerReader<T> read, std::vector<Ptr>& out) {
  static constexpr unsigned char kNothing = 0;
  const unsigned char* at = bytes.empty() ? &kNothing : bytes.data();
  const unsigned char* const end = at + bytes.size();
  Ptr object(read(nullptr, &at, static_cast<long>(bytes.size())));
  if (!object) return LoadError::kUnparsable;
  if (at != end) return LoadError::kTrailing;
  out.push_back(std::move(object));
  return LoadError::kNone;
}

template <typename T, typename Ptr>
LoadError read_objects(ByteView bytes, PemReader<T> read_pem_object, DerReader<T> read_der_object,
                       std::vector<Ptr>& out) {
  if (bytes.size() > INT_MAX) return LoadError::kTooBig;
  const BioPtr bio = reading_bio(bytes);
  if (!bio) return LoadError::kLibrary;
  bool found = false;
  while (T* object = read_pem_object(bio.get(), nullptr, refuse_passphrase, nullptr)) {
    out.emplace_back(object);
    found = true;
  }
  if (!found && !pem_start_line_missing()) return LoadError::kUnparsable;
  ERR_clear_error();
  return found ? LoadError::kNone : read_der(bytes, read_der_object, out);
}

}  // namespace

LoadError read_certificates(ByteView bytes, std::vector<X509Ptr>& out) {
  return read_objects<X509>(bytes, PEM_read_bio_X509_AUX, d2i_X509, out);
}

LoadError read_crls(ByteView bytes, std::vector<X509CrlPtr>& out) {
  return read_objects<X509_CRL>(bytes, PEM_read_bio_X509_CRL, d2i_X509_CRL, out);
}

BioPtr reading_bio(ByteView bytes) {
  // A null pointer is an error to OpenSSL, even for no bytes at all.
  return BioPtr(bytes.empty() ? BIO_new_mem_buf("", 0) : BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

bool pem_start_line_missing() {
  const unsigned long newest = ERR_peek_last_error();
  return ERR_GET_LIB(newest) == ERR_LIB_PEM && ERR_GET_REASON(newest) == PEM_R_NO_START_LINE;
}

int refuse_passphrase(char*, int, int, void*) { return -1; }

}  // namespace core
