#!/usr/bin/env bash
# build.sh PRESET [TARGET]: configures the preset where that was not done yet, and builds a target (default: all).
source "$(dirname "$0")/common.sh"
preset=${1:?"build.sh wants a preset"} target=${2:-all}
step "build $preset, $target"
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset" >/dev/null || fail "CMake could not configure the preset $preset" "its output above says why; 'make setup' installs what is missing"
fi
cmake --build "build/$preset" -j "${JOBS:-$(nproc)}" --target "$target" ||
  fail "the build failed" "its output above says why; what was compiled is kept, so call it again after mending the cause"
done_step
