// What mbedtls-peer is told: words like "port=5684", each name at most once.
#ifndef MBEDTLS_OPTIONS_H
#define MBEDTLS_OPTIONS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/ssl.h"

typedef struct {
  int is_server;
  int is_stream;
  const char* port;        // server: 0, any
  const char* local_port;  // client: to bind to; default any
  const char* version;     // 1.0, 1.1, 1.2
  const char* suites;      // names or 0x numbers, with commas
  const char* psk_identity;
  const char* psk;   // hex
  const char* cert;  // chain, leaf first
  const char* key;
  const char* password;  // of the key
  const char* ca;
  const char* crl;
  const char* verify;       // none, optional, required
  const char* server_name;  // client: sent and checked. Server: the name that sni_cert is for
  const char* sni_cert;
  const char* sni_key;
  const char* session_in;
  const char* session_out;
  const char* sessions;     // server: none, cache, tickets, both
  const char* tickets;      // client: 0 asks for none
  const char* cookies;      // server: 0 asks for none
  const char* mtu;          // largest datagram
  const char* min_timeout;  // milliseconds
  const char* max_timeout;
  const char* fragment;  // max_fragment_length: 512, 1024, 2048, 4096
  const char* etm;       // 0: no encrypt-then-MAC
  const char* ems;       // 0: no extended master secret
  const char* echo;      // 1: sends back what it receives
} Options;

static Options parse_options(int count, char** words) {
  Options options = {.port = "0",
                     .local_port = "0",
                     .version = "1.2",
                     .verify = "none",
                     .sessions = "both",
                     .tickets = "1",
                     .cookies = "1",
                     .mtu = "1200",
                     .min_timeout = "1000",
                     .max_timeout = "8000",
                     .etm = "1",
                     .ems = "1",
                     .echo = "0"};
  const char* role = "client";
  const char* transport = "datagram";
  const struct {
    const char* name;
    const char** value;
  } known[] = {
      {"role", &role},
      {"transport", &transport},
      {"port", &options.port},
      {"local_port", &options.local_port},
      {"version", &options.version},
      {"suites", &options.suites},
      {"psk_identity", &options.psk_identity},
      {"psk", &options.psk},
      {"cert", &options.cert},
      {"key", &options.key},
      {"password", &options.password},
      {"ca", &options.ca},
      {"crl", &options.crl},
      {"verify", &options.verify},
      {"server_name", &options.server_name},
      {"sni_cert", &options.sni_cert},
      {"sni_key", &options.sni_key},
      {"session_in", &options.session_in},
      {"session_out", &options.session_out},
      {"sessions", &options.sessions},
      {"tickets", &options.tickets},
      {"cookies", &options.cookies},
      {"mtu", &options.mtu},
      {"min_timeout", &options.min_timeout},
      {"max_timeout", &options.max_timeout},
      {"fragment", &options.fragment},
      {"etm", &options.etm},
      {"ems", &options.ems},
      {"echo", &options.echo},
  };
  for (int index = 1; index < count; ++index) {
    char* value = strchr(words[index], '=');
    size_t entry = 0;
    const size_t entries = sizeof known / sizeof *known;
    if (value) {
      *value++ = '\0';
      while (entry < entries && strcmp(known[entry].name, words[index]) != 0) ++entry;
    }
    if (!value || entry == entries) {
      fprintf(stderr, "unknown option: %s\n", words[index]);
      exit(2);
    }
    *known[entry].value = value;
  }
  options.is_server = strcmp(role, "server") == 0;
  options.is_stream = strcmp(transport, "stream") == 0;
  return options;
}

// DTLS 1.0 is to TLS 1.1 what DTLS 1.2 is to TLS 1.2.
static int minor_version(const Options* options) {
  if (strcmp(options->version, "1.2") == 0) return MBEDTLS_SSL_MINOR_VERSION_3;
  if (strcmp(options->version, "1.1") == 0 || !options->is_stream) return MBEDTLS_SSL_MINOR_VERSION_2;
  return MBEDTLS_SSL_MINOR_VERSION_1;
}

static int auth_mode(const Options* options) {
  if (strcmp(options->verify, "required") == 0) return MBEDTLS_SSL_VERIFY_REQUIRED;
  return strcmp(options->verify, "optional") == 0 ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_NONE;
}

static unsigned char fragment_code(const Options* options) {
  const int size = options->fragment ? atoi(options->fragment) : 0;
  if (size == 512) return MBEDTLS_SSL_MAX_FRAG_LEN_512;
  if (size == 1024) return MBEDTLS_SSL_MAX_FRAG_LEN_1024;
  if (size == 2048) return MBEDTLS_SSL_MAX_FRAG_LEN_2048;
  return size == 4096 ? MBEDTLS_SSL_MAX_FRAG_LEN_4096 : MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
}

enum { kMaxSuites = 32 };

// Fills `ids`, which ends with 0 then.
static void suite_ids(const Options* options, int ids[kMaxSuites + 1]) {
  static char copy[1024];
  snprintf(copy, sizeof copy, "%s", options->suites);
  int count = 0;
  for (char* name = strtok(copy, ","); name && count < kMaxSuites; name = strtok(NULL, ",")) {
    const int id = name[0] == '0' ? (int)strtol(name, NULL, 16) : mbedtls_ssl_get_ciphersuite_id(name);
    if (id == 0) {
      fprintf(stderr, "unknown cipher suite: %s\n", name);
      exit(2);
    }
    ids[count++] = id;
  }
  ids[count] = 0;
}

static size_t decode_hex(const char* text, unsigned char* bytes, size_t capacity) {
  size_t size = 0;
  for (unsigned byte; size < capacity && sscanf(text + 2 * size, "%2x", &byte) == 1; ++size)
    bytes[size] = (unsigned char)byte;
  return size;
}

#endif
