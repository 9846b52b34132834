// Latencies of one run, kept exactly: an array that is sorted once at the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct samples {
  uint32_t* values;  // nanoseconds, cut at 4.29 s
  size_t count, capacity;
};

// Room for `capacity` values; later ones are ignored. False when memory is short.
bool samples_init(struct samples* samples, size_t capacity);
void samples_free(struct samples* samples);
void samples_add(struct samples* samples, uint64_t nanoseconds);
// Sorts, so that samples_at() may be asked.
void samples_sort(struct samples* samples);
// The value in microseconds below which `share` (0..1) of all lie; 0 without any.
double samples_at(const struct samples* samples, double share);
