// Workers: processes, on one machine or many, that share the tasks of a run through its folder alone.
//
// Every worker walks through the same flow; before it begins a task it takes the task's lease, a file that only one
// process can create, and shows signs of life in it while it works. A lease whose holder is gone, or has shown none for
// `lease_seconds` by the watcher's own clock (clocks of different machines are never compared), may be taken over: by
// creating the file of the next number, which again only one can. Leases only keep two workers from doing the same
// work: results are the same bytes whoever makes them and appear by rename, so a worker that was taken for dead and is
// not does no harm. Needs a file system that all workers see, with exclusive creation and rename (local, NFS 3 and
// later, Lustre, GPFS, BeeGFS).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace smelt {

struct WorkerOptions {
  int index = 0;  // of this process, from 0; 0 keeps the books of the run
  int count = 1;
  int on_this_machine = 1;    // of `count`, as far as known: they share its threads
  double lease_seconds = 60;  // without a sign of life, after which a worker is taken for dead
  bool waits = true;          // for tasks that others hold; false: leaves them to these and ends
  std::string until;          // the step of a stage after which this worker ends (run_tasks); empty: goes on
};

// Place of this process among the processes of mpirun or srun, by what these put into the environment: Open MPI
// (OMPI_COMM_WORLD_RANK), MPICH and Intel MPI (PMI_RANK), Slurm (SLURM_PROCID). None where there is no second process.
using ReadVariable = std::function<const char*(const char*)>;
std::optional<WorkerOptions> worker_of_environment(const ReadVariable& variable);
// "I/N", I from 0. Throws UserError(kUsage).
WorkerOptions parse_worker(const std::string& text);

class Workers {
 public:
  explicit Workers(WorkerOptions options);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  const WorkerOptions& options() const { return options_; }

  // The right to do a task, until it is destroyed.
  class Lease {
   public:
    Lease(Workers& workers, std::string path) : workers_(&workers), path_(std::move(path)) {}
    ~Lease();
    Lease(Lease&& other) noexcept : workers_(other.workers_), path_(std::move(other.path_)) {
      other.workers_ = nullptr;
    }
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

   private:
    Workers* workers_;
    std::string path_;
  };
  // None where another process that seems alive has it. One thread at a time. `folder` is made where it is missing.
  std::optional<Lease> claim(const std::string& folder, const std::string& task);

  // Sleeps before the next look at what others do: short at first, up to a second after many in a row.
  void pause();
  void made_progress() { pauses_ = 0; }

 private:
  struct State;
  WorkerOptions options_;
  int pauses_ = 0;
  std::unique_ptr<State> state_;
};

// Thrown where a worker ends though the run goes on: the rest is with others, or `until` is reached. No std::exception,
// so that nothing takes it for a failure.
struct LeftToOthers {};

}  // namespace smelt
