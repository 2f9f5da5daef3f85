// The process-wide state, set once by main(): flush-to-zero, limits for third-party libraries, signals.
#pragma once

#include <atomic>

namespace smelt {

// Call first in main(), before any thread or library starts. Sets FTZ/DAZ in this thread (threads started later inherit
// it), tells oneDNN to avoid AMX where CPUID hides it, makes OpenMP's idle threads sleep, ignores SIGPIPE, and turns
// SIGINT and SIGTERM into stop_requested(). A second SIGINT ends the process at once (exit 130).
void init_runtime();

const std::atomic<bool>& stop_requested();
bool terminate_requested();            // by SIGTERM, which ends the chat too, where SIGINT ends an answer
void request_stop(bool value = true);  // what the signal handler does; tests and the chat reset it

void set_flush_denormals();  // for threads made by others

}  // namespace smelt
