#include "base/runtime.h"

#include <csignal>
#include <cstdlib>

#include <xmmintrin.h>

#include "base/cpu.h"

namespace smelt {
namespace {

std::atomic<bool> stop{false};
std::atomic<bool> terminate{false};

void on_signal(int number) {
  if (number == SIGINT && stop.load()) {
    std::_Exit(130);
  }
  if (number == SIGTERM) {
    terminate.store(true);
  }
  stop.store(true);
}

}  // namespace

void set_flush_denormals() {
  // FTZ (bit 15) and DAZ (bit 6) of MXCSR.
  _mm_setcsr(_mm_getcsr() | 0x8040);
}

void init_runtime() {
  set_flush_denormals();
  if (cpu_info().amx_leaf_hidden) {
    // oneDNN would size its tiles from the hidden leaf and die of SIGILL.
    setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16", 0);
  }
  // Idle OpenMP threads that spin would take the second core from everything else.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  setenv("GOMP_SPINCOUNT", "20000", 0);
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // blocking reads return, so that a prompt notices
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& stop_requested() {
  return stop;
}

bool terminate_requested() {
  return terminate.load();
}

void request_stop(bool value) {
  stop.store(value);
}

}  // namespace smelt
