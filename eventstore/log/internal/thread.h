// Threads with names, as `top -H` and debuggers show them.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_THREAD_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_THREAD_H_

#include <pthread.h>

#include <string>
#include <thread>
#include <utility>

namespace constancia::eventstore {

// `name` has at most 15 characters.
template <typename Run>
std::thread StartThread(const std::string& name, Run run) {
  std::thread thread(std::move(run));
  pthread_setname_np(thread.native_handle(), name.c_str());
  return thread;
}

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_THREAD_H_
