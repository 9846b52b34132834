#pragma once

#include "openssl.h"

namespace core {

/// The BIO_METHOD of a class that reads and writes for libssl: a BIO whose data is the object. `T` befriends it and has
/// `int read(char*, int)`, `int write(const char*, int)` and `long control(int, long, void*)`.
template <typename T>
struct BioMethod {
  /// Made once, never freed: BIOs of any thread refer to it until the process ends. Null when memory ran out.
  static const BIO_METHOD* instance(const char* name) {
    static const BIO_METHOD* const method = make(name);
    return method;
  }

 private:
  static T& self(BIO* bio) { return *static_cast<T*>(BIO_get_data(bio)); }
  static int read(BIO* bio, char* out, int size) { return self(bio).read(out, size); }
  static int write(BIO* bio, const char* bytes, int size) { return self(bio).write(bytes, size); }
  static long control(BIO* bio, int command, long number, void* pointer) {
    return self(bio).control(command, number, pointer);
  }
  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static const BIO_METHOD* make(const char* name) {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, name);
    if (method == nullptr) return nullptr;
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
    return method;
  }
};

}  // namespace core
