// Python of the peers' environment in tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "corpus/testing.h"

namespace smelt {

// Runs a script in `folder`. 0: it went well, 77: a module is missing, -1: there is no such environment.
inline int run_peer_script(const TemporaryFolder& folder, const std::string& script) {
  const std::string python = std::string(SMELT_PEERS) + "/bin/python";
  std::error_code error;
  if (!std::filesystem::exists(python, error)) {
    return -1;
  }
  folder.write("script.py", script);
  const std::string command = "cd '" + folder.path() + "' && '" + python + "' script.py > script.log 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));
}

}  // namespace smelt
