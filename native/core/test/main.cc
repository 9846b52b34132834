#include <cstring>

#include "../library.h"
#include "test.h"

/// Runs every claim, or those whose name contains the first argument.
int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (!core::initialize_library()) {
    std::printf("OpenSSL at run time is not the one that was compiled against: %s\n", core::library_version());
    return 1;
  }
  int passed = 0;
  int failed = 0;
  for (const TestCase& test : test_cases()) {
    if (argc > 1 && std::strstr(test.name, argv[1]) == nullptr) continue;
    const int before = test_failures();
    test.run();
    const bool ok = test_failures() == before;
    std::printf("%s %s\n", ok ? "ok    " : "not ok", test.name);
    ++(ok ? passed : failed);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
