// Runs the built program as a user would, with what it prints and its exit code.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "support/temporary_directory.h"

namespace smelt {

struct ProgramResult {
  int exit_code = -1;  // 128 + N where signal N ended it
  std::string out;
  std::string err;
};

// A child process whose output goes to files; joined by finish() or killed by the destructor.
class ChildProgram {
 public:
  ChildProgram(const std::vector<std::string>& words, const std::string& directory = {},
               const std::string& input = {}) {
    write_file(files_.file("in"), input);
    pid_ = fork();
    if (pid_ == 0) {
      redirect("in", O_RDONLY, STDIN_FILENO);
      redirect("out", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
      redirect("err", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
      if (!directory.empty() && chdir(directory.c_str()) != 0) {
        _exit(126);
      }
      std::vector<char*> arguments;
      for (const auto& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
      }
      arguments.push_back(nullptr);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
  }
  ~ChildProgram() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  void signal(int number) const { kill(pid_, number); }
  std::string out() const { return path_exists(files_.file("out")) ? read_file(files_.file("out")) : std::string(); }
  std::string err() const { return path_exists(files_.file("err")) ? read_file(files_.file("err")) : std::string(); }
  ProgramResult finish() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out(), err()};
  }

 private:
  void redirect(const char* name, int flags, int target) {
    const int fd = open(files_.file(name).c_str(), flags, 0644);
    dup2(fd, target);
    close(fd);
  }

  TemporaryDirectory files_;
  pid_t pid_ = -1;
};

inline ProgramResult run_words(const std::vector<std::string>& words, const std::string& directory = {},
                               const std::string& input = {}) {
  return ChildProgram(words, directory, input).finish();
}

// `smelt ARGUMENTS...`, quiet unless the arguments ask otherwise.
inline ProgramResult run_smelt(std::vector<std::string> arguments, const std::string& directory = {},
                               const std::string& input = {}) {
  arguments.insert(arguments.begin(), SMELT_BINARY);
  return run_words(arguments, directory, input);
}

inline bool have_program(const std::string& name) {
  return run_words({"sh", "-c", "command -v " + name}).exit_code == 0;
}

}  // namespace smelt
