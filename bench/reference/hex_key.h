// A pre-shared key as it is written on a command line.
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 64 };

struct hex_key {
  unsigned char bytes[KEY_MAX];
  size_t length;
};

// False when `text` is not an even number of hexadecimal digits, or too long.
static inline bool hex_key_parse(const char* text, struct hex_key* key) {
  size_t digits = strlen(text);
  if (digits == 0 || digits % 2 || digits / 2 > KEY_MAX) return false;
  key->length = digits / 2;
  for (size_t i = 0; i < key->length; i++) {
    char pair[3] = {text[2 * i], text[2 * i + 1], 0};
    char* end;
    key->bytes[i] = (unsigned char)strtoul(pair, &end, 16);
    if (end != pair + 2) return false;
  }
  return true;
}
