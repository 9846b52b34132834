#pragma once

namespace core {

/// Initialises OpenSSL once per process: no configuration file, no atexit handler. Thread-safe, repeatable.
/// False when the library that answers at run time is not the one that the headers describe.
bool initialize_library();

/// Text such as "OpenSSL 1.1.1w  11 Sep 2023", from the library that was linked, not from the headers.
const char* library_version();

}  // namespace core
