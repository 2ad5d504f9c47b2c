// CHECK: for what only a bug can make false, on in every build. No request, file or clock reaches
// one; those fail with a Status.

#ifndef CONSTANCIA_CORE_BASE_CHECK_H_
#define CONSTANCIA_CORE_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace constancia::check_internal {

[[noreturn]] inline void Fail(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace constancia::check_internal

// Stops the process when `condition` is false.
#define CHECK(condition) \
  ((condition) ? (void)0 : ::constancia::check_internal::Fail(__FILE__, __LINE__, #condition))

#endif  // CONSTANCIA_CORE_BASE_CHECK_H_
