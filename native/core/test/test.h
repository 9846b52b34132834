#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

/// A registry of claims: each TEST runs in the same process, in order of the source files.
struct TestCase {
  const char* name;
  void (*run)();
};

inline std::vector<TestCase>& test_cases() {
  static std::vector<TestCase> cases;
  return cases;
}

struct TestRegistration {
  TestRegistration(const char* name, void (*run)()) { test_cases().push_back({name, run}); }
};

inline int& test_failures() {
  static int failures = 0;
  return failures;
}

#define TEST_JOIN_(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN_(a, b)
#define TEST(claim)                                                                                  \
  static void TEST_JOIN(test_, __LINE__)();                                                          \
  static const TestRegistration TEST_JOIN(registered_, __LINE__)(claim, TEST_JOIN(test_, __LINE__)); \
  static void TEST_JOIN(test_, __LINE__)()

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      std::printf("    %s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      ++test_failures();                                                        \
    }                                                                           \
  } while (false)

#define CHECK_EQUAL(actual, expected)                                                            \
  do {                                                                                           \
    const auto actual_value = (actual);                                                          \
    const auto expected_value = (expected);                                                      \
    if (!(actual_value == expected_value)) {                                                     \
      std::printf("    %s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual,         \
                  static_cast<long long>(actual_value), static_cast<long long>(expected_value)); \
      ++test_failures();                                                                         \
    }                                                                                            \
  } while (false)
