#include "dtls_arguments.h"

void dtls_arguments_init(struct dtls_options* options) {
  *options = (struct dtls_options){
      .cipher = "PSK-AES128-CCM8",
      .groups = "P-256",
      .signature_algorithms = "ECDSA+SHA256",
      .identity = "client1",
  };
  hex_key_parse("000102030405060708090a0b0c0d0e0f", &options->key);
}

bool dtls_arguments_take(struct dtls_options* options, int letter, const char* value) {
  switch (letter) {
    case DTLS_CIPHER:
      options->cipher = value;
      return true;
    case DTLS_GROUPS:
      options->groups = value;
      return true;
    case DTLS_SIGALGS:
      options->signature_algorithms = value;
      return true;
    case DTLS_IDENTITY:
      options->identity = value;
      return true;
    case DTLS_PSK:
      return hex_key_parse(value, &options->key);
    case DTLS_CERT:
      options->certificates = value;
      return true;
    case DTLS_KEY:
      options->private_key = value;
      return true;
    case DTLS_CA:
      options->authorities = value;
      return true;
    default:
      return false;
  }
}
