#include "samples.h"

#include <stdlib.h>

bool samples_init(struct samples* samples, size_t capacity) {
  samples->values = malloc((capacity ? capacity : 1) * sizeof *samples->values);
  samples->count = 0;
  samples->capacity = capacity;
  return samples->values != NULL;
}

void samples_free(struct samples* samples) { free(samples->values); }

void samples_add(struct samples* samples, uint64_t nanoseconds) {
  if (samples->count == samples->capacity) return;
  samples->values[samples->count++] = nanoseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)nanoseconds;
}

static int ascending(const void* left, const void* right) {
  uint32_t a = *(const uint32_t*)left, b = *(const uint32_t*)right;
  return (a > b) - (a < b);
}

void samples_sort(struct samples* samples) {
  qsort(samples->values, samples->count, sizeof *samples->values, ascending);
}

double samples_at(const struct samples* samples, double share) {
  if (samples->count == 0) return 0;
  return samples->values[(size_t)(share * (double)(samples->count - 1))] / 1000.0;
}
