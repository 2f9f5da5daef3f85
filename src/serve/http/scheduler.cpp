#include "serve/http/scheduler.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "serve/http/prefix_cache.h"

namespace smelt::serve {

struct Scheduler::Job {
  Job(TextRequest given, std::shared_ptr<EventQueue> queue, int number, std::shared_ptr<std::atomic<bool>> flag,
      const std::optional<Tokenizer>& tokenizer, const std::vector<uint32_t>& end_ids)
      : request(std::move(given)),
        events(std::move(queue)),
        choice(number),
        cancelled(std::move(flag)),
        ends(end_ids),
        stream(request.options, tokenizer, end_ids) {
    ends.insert(ends.end(), request.options.stop_ids.begin(), request.options.stop_ids.end());
  }

  bool in_prompt() const { return position < static_cast<int64_t>(request.prompt.size()); }

  TextEvent event(TextEvent::Kind kind) const {
    TextEvent out;
    out.choice = choice;
    out.kind = kind;
    return out;
  }

  void end(FinishReason reason) {
    TextEvent out = event(TextEvent::Kind::kEnd);
    out.reason = reason;
    events->push(std::move(out));
    finished = true;
  }

  void fail(const std::string& error) {
    TextEvent out = event(TextEvent::Kind::kFailed);
    out.error = error;
    events->push(std::move(out));
    finished = true;
  }

  TextRequest request;
  std::shared_ptr<EventQueue> events;
  int choice;
  std::shared_ptr<std::atomic<bool>> cancelled;
  std::vector<uint32_t> ends;
  GenerationStream stream;
  std::unique_ptr<StepState> state;
  int64_t position = 0;  // tokens of the prompt taken in
  uint32_t last = 0;     // the token to step with
  bool finished = false;
  std::vector<GeneratedToken> prompt_tokens;
};

namespace {

class FlagTicket : public Ticket {
 public:
  explicit FlagTicket(std::shared_ptr<std::atomic<bool>> flag) : flag_(std::move(flag)) {}
  ~FlagTicket() override { *flag_ = true; }
  void cancel() override { *flag_ = true; }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

// What the model thought of a token of the prompt, with the most likely ones in its place.
GeneratedToken describe(std::span<const float> logits, uint32_t id, int64_t top) {
  GeneratedToken token;
  token.id = id;
  token.logprob = static_cast<float>(log_probability(logits, id));
  std::vector<uint32_t> order(logits.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<uint32_t>(i);
  }
  const auto count = std::min(static_cast<size_t>(top), order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](uint32_t a, uint32_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  for (size_t i = 0; i < count; ++i) {
    token.top.emplace_back(order[i], static_cast<float>(log_probability(logits, order[i])));
  }
  return token;
}

}  // namespace

struct Scheduler::State {
  std::shared_ptr<const StepModel> model;
  std::optional<Tokenizer> tokenizer;
  std::vector<uint32_t> end_ids;
  SchedulerOptions options;
  PrefixCache cache{0};

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::unique_ptr<Job>> waiting;
  bool stopping = false;
  std::atomic<int64_t> running_count{0};
  std::atomic<int64_t> prefix_queries{0};
  std::atomic<int64_t> prefix_hits{0};

  std::vector<std::unique_ptr<Job>> running;  // of the thread alone
  std::vector<float> logits;
  std::thread thread;

  void loop();
  bool admit();
  void drop_finished();
  void begin(Job& job);
  void take_chunk(Job& job);
  void step_all();
  void choose(Job& job, std::span<float> row);
  void report_prompt(Job& job, std::span<const uint32_t> chunk, const std::vector<float>& rows);
};

// Moves waiting jobs to free places; waits where there is nothing to do. False: the scheduler ends.
bool Scheduler::State::admit() {
  std::unique_lock lock(mutex);
  wake.wait(lock, [this] { return stopping || !running.empty() || !waiting.empty(); });
  if (stopping) {
    return false;
  }
  while (!waiting.empty() && static_cast<int64_t>(running.size()) < options.max_batch) {
    running.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  running_count = static_cast<int64_t>(running.size());
  return true;
}

void Scheduler::State::drop_finished() {
  for (const auto& job : running) {
    if (!job->finished && *job->cancelled) {
      job->end(FinishReason::kCancelled);
    }
  }
  std::erase_if(running, [](const auto& job) { return job->finished; });
  running_count = static_cast<int64_t>(running.size());
}

void Scheduler::State::begin(Job& job) {
  const bool cacheable = !job.request.prompt_logprobs;
  if (cacheable) {
    prefix_queries += static_cast<int64_t>(job.request.prompt.size());
    job.state = cache.find(job.request.prompt, job.position);
    prefix_hits += job.position;
  }
  if (job.state == nullptr) {
    job.state = model->new_state();
  }
  job.stream.see_prompt(job.request.prompt);
}

void Scheduler::State::report_prompt(Job& job, std::span<const uint32_t> chunk, const std::vector<float>& rows) {
  const auto vocab = static_cast<size_t>(model->vocab_size());
  const auto begin = static_cast<size_t>(job.position);
  if (job.prompt_tokens.empty()) {
    job.prompt_tokens.emplace_back();
    job.prompt_tokens[0].id = chunk[0];
  }
  for (size_t i = 0; i < chunk.size() && begin + i + 1 < job.request.prompt.size(); ++i) {
    job.prompt_tokens.push_back(describe(std::span(rows).subspan(i * vocab, vocab), job.request.prompt[begin + i + 1],
                                         job.request.options.top_logprobs));
  }
}

// The next chunk of the job's prompt; after the last one, its first token.
void Scheduler::State::take_chunk(Job& job) {
  if (job.state == nullptr) {
    begin(job);
  }
  const auto size = static_cast<int64_t>(job.request.prompt.size());
  const bool all = job.request.prompt_logprobs;
  const int64_t count = std::min(options.prefill_chunk - job.position % options.prefill_chunk, size - job.position);
  const auto chunk =
      std::span(job.request.prompt).subspan(static_cast<size_t>(job.position), static_cast<size_t>(count));
  std::vector<float> rows = model->prefill(*job.state, chunk, all);
  if (all) {
    report_prompt(job, chunk, rows);
  }
  job.position += count;
  const int64_t last_boundary = (size - 1) / options.prefill_chunk * options.prefill_chunk;
  if (!all && job.position == last_boundary) {
    cache.keep(std::span(job.request.prompt).first(static_cast<size_t>(last_boundary)), *job.state);
  }
  if (job.in_prompt()) {
    return;
  }
  if (all) {
    TextEvent event = job.event(TextEvent::Kind::kPrompt);
    event.prompt = std::move(job.prompt_tokens);
    job.events->push(std::move(event));
  }
  if (job.request.options.max_tokens == 0) {
    job.end(FinishReason::kLength);
    return;
  }
  choose(job, std::span(rows).last(static_cast<size_t>(model->vocab_size())));
}

void Scheduler::State::choose(Job& job, std::span<float> row) {
  TextEvent event = job.event(TextEvent::Kind::kToken);
  event.token = job.stream.next(row);
  job.last = event.token.id;
  const bool ended =
      job.stream.finished() && job.stream.reason() == FinishReason::kStop && job.stream.stop_string().empty();
  event.is_end = ended && std::find(job.ends.begin(), job.ends.end(), event.token.id) != job.ends.end();
  job.events->push(std::move(event));
  if (job.stream.finished()) {
    job.end(job.stream.reason());
  }
}

void Scheduler::State::step_all() {
  std::vector<Job*> jobs;
  std::vector<StepState*> states;
  std::vector<uint32_t> ids;
  for (const auto& job : running) {
    if (!job->finished && !job->in_prompt()) {
      jobs.push_back(job.get());
      states.push_back(job->state.get());
      ids.push_back(job->last);
    }
  }
  if (jobs.empty()) {
    return;
  }
  try {
    model->step_batch(states, ids, logits);
    const auto vocab = static_cast<size_t>(model->vocab_size());
    for (size_t i = 0; i < jobs.size(); ++i) {
      choose(*jobs[i], std::span(logits).subspan(i * vocab, vocab));
    }
  } catch (const std::exception& error) {
    for (Job* job : jobs) {
      if (!job->finished) {
        job->fail(error.what());
      }
    }
  }
}

void Scheduler::State::loop() {
  while (admit()) {
    drop_finished();
    step_all();
    // The oldest unread prompt gets one chunk between two steps.
    const auto reading = std::find_if(running.begin(), running.end(),
                                      [](const auto& job) { return !job->finished && job->in_prompt(); });
    if (reading != running.end()) {
      try {
        take_chunk(**reading);
      } catch (const std::exception& error) {
        (*reading)->fail(error.what());
      }
    }
    drop_finished();
  }
  for (const auto& job : running) {
    if (!job->finished) {
      job->end(FinishReason::kCancelled);
    }
  }
  const std::lock_guard lock(mutex);
  for (const auto& job : waiting) {
    job->end(FinishReason::kCancelled);
  }
}

Scheduler::Scheduler(std::shared_ptr<const StepModel> model, std::optional<Tokenizer> tokenizer,
                     std::vector<uint32_t> end_ids, SchedulerOptions options)
    : state_(std::make_unique<State>()) {
  state_->model = std::move(model);
  state_->tokenizer = std::move(tokenizer);
  state_->end_ids = std::move(end_ids);
  state_->options = options;
  state_->cache = PrefixCache(options.prefix_cache_bytes);
  state_->thread = std::thread([state = state_.get()] { state->loop(); });
}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

Result<std::unique_ptr<Ticket>> Scheduler::start(TextRequest request, std::shared_ptr<EventQueue> events, int choice) {
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  auto job = std::make_unique<Job>(std::move(request), std::move(events), choice, cancelled, state_->tokenizer,
                                   state_->end_ids);
  {
    const std::lock_guard lock(state_->mutex);
    // Those whose client left while they waited do not count.
    std::erase_if(state_->waiting, [](const auto& held) {
      if (*held->cancelled) {
        held->end(FinishReason::kCancelled);
      }
      return held->finished;
    });
    const int64_t free = std::max<int64_t>(state_->options.max_batch - state_->running_count, 0);
    if (static_cast<int64_t>(state_->waiting.size()) >= state_->options.max_queue + free) {
      return Reject{"queue_full", "too many requests wait"};
    }
    state_->waiting.push_back(std::move(job));
  }
  state_->wake.notify_one();
  return std::unique_ptr<Ticket>(std::make_unique<FlagTicket>(std::move(cancelled)));
}

EngineLoad Scheduler::load() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->running_count, static_cast<int64_t>(state_->waiting.size()), state_->prefix_queries,
          state_->prefix_hits};
}

}  // namespace smelt::serve
