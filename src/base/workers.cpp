#include "base/workers.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace smelt {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string first_line(const char* path) {
  std::string text;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return text;
  }
  text.resize(4096);
  text.resize(static_cast<size_t>(std::max<ssize_t>(::read(fd, text.data(), text.size()), 0)));
  ::close(fd);
  return text.substr(0, text.find('\n'));
}

// What tells processes of this machine (and of this container) from others: process numbers mean something only here.
std::string machine_identity() {
  std::error_code error;
  const std::string space = fs::read_symlink("/proc/self/ns/pid", error).string();
  return first_line("/proc/sys/kernel/random/boot_id") + space;
}

// When a process began, in the kernel's ticks; empty where there is none of that number. Numbers are used again.
std::string start_of(int64_t pid) {
  const std::string line = first_line(fmt::format("/proc/{}/stat", pid).c_str());
  const size_t name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) {
    return {};
  }
  const auto fields = split(std::string_view(line).substr(name_end + 1), ' ');
  constexpr size_t kStartTime = 20;  // the 22nd of all fields, proc(5); the state (Z: a zombie) is the third
  return fields.size() <= kStartTime || fields[1] == "Z" ? std::string() : std::string(fields[kStartTime]);
}

std::optional<int> number_in(const ReadVariable& variable, const char* name) {
  const char* text = variable(name);
  if (text == nullptr) {
    return std::nullopt;
  }
  int value = 0;
  const std::string_view view(text);
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  return error == std::errc() && end == view.data() + view.size() ? std::optional(value) : std::nullopt;
}

// A lease's content: "MACHINE PID START NONCE BEAT".
struct Holder {
  std::string machine;
  int64_t pid = 0;
  std::string start;
};

std::optional<Holder> parse_holder(const std::string& content) {
  const auto words = split(trim(content), ' ');
  if (words.size() != 5) {
    return std::nullopt;
  }
  Holder holder{std::string(words[0]), 0, std::string(words[2])};
  const auto [end, error] = std::from_chars(words[1].data(), words[1].data() + words[1].size(), holder.pid);
  return error == std::errc() ? std::optional(holder) : std::nullopt;
}

}  // namespace

std::optional<WorkerOptions> worker_of_environment(const ReadVariable& variable) {
  struct Names {
    const char* index;
    const char* count;
    const char* local;
  };
  for (const Names& names : {Names{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"},
                             Names{"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS"},
                             Names{"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS_PER_NODE"}}) {
    const std::optional<int> index = number_in(variable, names.index);
    const std::optional<int> count = number_in(variable, names.count);
    if (index && count && *count > 1 && *index >= 0 && *index < *count) {
      WorkerOptions options;
      options.index = *index;
      options.count = *count;
      options.on_this_machine = std::clamp(number_in(variable, names.local).value_or(1), 1, *count);
      return options;
    }
  }
  return std::nullopt;
}

WorkerOptions parse_worker(const std::string& text) {
  const size_t slash = text.find('/');
  const auto part = [&](size_t begin, size_t end) {
    const std::string digits = text.substr(begin, end - begin);
    return number_in([&](const char*) { return digits.c_str(); }, "");
  };
  const auto index = slash == std::string::npos ? std::nullopt : part(0, slash);
  const auto count = slash == std::string::npos ? std::nullopt : part(slash + 1, text.size());
  if (!index || !count || *index < 0 || *index >= *count) {
    throw usage_error(fmt::format("'{}' is no worker", text), "--worker", "give I/N with I from 0 to N - 1");
  }
  WorkerOptions options;
  options.index = *index;
  options.count = *count;
  return options;
}

struct Workers::State {
  // Of a lease that another process holds: what it said last and when that was new.
  struct Watched {
    std::string content;
    Clock::time_point since;
  };

  std::string machine = machine_identity();
  std::string start = start_of(::getpid());
  std::string nonce = fmt::format("{:08x}", std::random_device()());
  std::map<std::string, Watched> watched;  // by path
  std::mutex mutex;
  std::condition_variable stopping;
  bool stop = false;
  uint64_t beats = 0;
  std::set<std::string> held;  // paths
  std::thread heart;

  std::string content() const { return fmt::format("{} {} {} {} {:020}\n", machine, ::getpid(), start, nonce, beats); }

  // A lease that somebody has removed stays so.
  void sign(const std::string& path) const {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
      const std::string text = content();
      [[maybe_unused]] const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
      ::close(fd);  // a beat that is lost is made good by the next
    }
  }

  void beat(double seconds) {
    std::unique_lock lock(mutex);
    while (!stopping.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return stop; })) {
      ++beats;
      for (const std::string& path : held) {
        sign(path);
      }
    }
  }

  bool seems_alive(const std::string& path, double lease_seconds) {
    std::string content;
    try {
      content = read_file(path);
    } catch (const UserError&) {
      return true;  // given back just now: the next look tells
    }
    const std::optional<Holder> holder = parse_holder(content);
    if (holder && holder->machine == machine) {
      return !holder->start.empty() && start_of(holder->pid) == holder->start;
    }
    const auto now = Clock::now();
    const auto [found, fresh] = watched.try_emplace(path, Watched{content, now});
    if (!fresh && found->second.content != content) {
      found->second = {content, now};
    }
    return std::chrono::duration<double>(now - found->second.since).count() < lease_seconds;
  }
};

Workers::Workers(WorkerOptions options) : options_(std::move(options)), state_(std::make_unique<State>()) {
  state_->heart = std::thread([this] { state_->beat(options_.lease_seconds / 6); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->stopping.notify_all();
  state_->heart.join();
}

Workers::Lease::~Lease() {
  if (workers_ == nullptr) {
    return;
  }
  {
    const std::lock_guard lock(workers_->state_->mutex);
    workers_->state_->held.erase(path_);
  }
  ::unlink(path_.c_str());
  ::rmdir(fs::path(path_).parent_path().c_str());  // where it was the last one
}

std::optional<Workers::Lease> Workers::claim(const std::string& folder, const std::string& task) {
  // The newest lease of the task: files are called TASK.NUMBER.
  int64_t newest = -1;
  std::error_code error;
  for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    const size_t dot = name.rfind('.');
    int64_t number = 0;
    if (dot != std::string::npos && name.compare(0, dot, task) == 0 &&
        std::from_chars(name.data() + dot + 1, name.data() + name.size(), number).ec == std::errc()) {
      newest = std::max(newest, number);
    }
  }
  if (newest >= 0 && state_->seems_alive(fmt::format("{}/{}.{}", folder, task, newest), options_.lease_seconds)) {
    return std::nullopt;
  }
  const std::string path = fmt::format("{}/{}.{}", folder, task, newest + 1);
  int fd = -1;
  for (int attempt = 0; attempt < 3 && fd < 0; ++attempt) {
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST) {
      return std::nullopt;
    }
    if (fd < 0 && errno != ENOENT) {
      throw system_error("cannot create", path, errno);
    }
    if (fd < 0) {
      make_directories(folder);  // whoever gave back its last lease may remove it again
    }
  }
  if (fd < 0) {
    return std::nullopt;
  }
  ::close(fd);
  const std::lock_guard lock(state_->mutex);
  state_->held.insert(path);
  state_->sign(path);
  return Lease(*this, path);
}

void Workers::pause() {
  const double seconds =
      std::min({0.02 * static_cast<double>(1 << std::min(pauses_, 6)), 1.0, options_.lease_seconds / 4});
  ++pauses_;
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace smelt
