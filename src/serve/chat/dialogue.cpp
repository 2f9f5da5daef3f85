#include "serve/chat/dialogue.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace smelt::serve {
namespace {

using Clock = std::chrono::steady_clock;

// Prompt tokens between two looks at whether the answer is still wanted.
constexpr size_t kChunk = 128;
constexpr size_t kMaxMarks = 4;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Dialogue::Dialogue(std::shared_ptr<const Model> model, ChatFormat format, int64_t max_context)
    : model_(std::move(model)),
      format_(std::move(format)),
      end_ids_(Generator(model_, format_.tokenizer()).end_ids()),
      max_context_(max_context > 0 ? max_context : model_->config().max_position_embeddings),
      sequence_(model_->new_sequence()) {
  check_vocabulary(*model_, format_.tokenizer());
}

void Dialogue::reset() {
  messages_.clear();
  first_ = 0;
}

Json Dialogue::messages() const {
  Json out = Json::array();
  const auto add = [&](const std::string& role, const std::string& content) {
    out.push_back(Json(Json::Object{{"role", role}, {"content", content}}));
  };
  if (!system_.empty()) {
    add("system", system_);
  }
  for (const Message& message : messages_) {
    add(message.role, message.content);
  }
  return out;
}

Json Dialogue::visible() const {
  Json all = messages();
  Json::Array& list = all.as_array();
  const auto begin = list.begin() + (system_.empty() ? 0 : 1);
  list.erase(begin, begin + static_cast<std::ptrdiff_t>(first_));
  return all;
}

// Moves on to the next message of the user; false where the last one is all that is left.
bool Dialogue::next_turn() {
  for (size_t i = first_ + 1; i < messages_.size(); ++i) {
    if (messages_[i].role == "user") {
      first_ = i;
      return true;
    }
  }
  return false;
}

// The tokens of the conversation, shortened until an answer of `wanted` tokens, or of a quarter of the context where
// that is less, fits behind them; as a last resort any answer at all.
Result<std::vector<uint32_t>> Dialogue::fit(int64_t wanted, Answer& report) {
  const size_t before = first_;
  const int64_t room = std::clamp<int64_t>(wanted, 1, std::max<int64_t>(max_context_ / 4, 1));
  while (true) {
    Result<std::vector<uint32_t>> ids = format_.encode(visible());
    if (!ids) {
      first_ = before;
      return ids;
    }
    const auto size = static_cast<int64_t>(ids->size());
    if (size + room > max_context_ && next_turn()) {
      continue;
    }
    if (size + 1 > max_context_) {
      first_ = before;
      return Reject{"too_long", fmt::format("the message has {} tokens, but the model takes {} with its answer; "
                                            "send a shorter one",
                                            size, max_context_)};
    }
    if (size == 0) {
      return Reject{"empty", "the message holds no text"};
    }
    report.dropped_messages = static_cast<int64_t>(first_ - before);
    return ids;
  }
}

// Brings the sequence back to the longest state that it had after a beginning of `ids`, and that leaves at least one
// token to take.
void Dialogue::rewind(std::span<const uint32_t> ids) {
  const auto limit = std::min(ids.size() - 1, taken_.size());
  const auto agreed = static_cast<size_t>(
      std::mismatch(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(limit), ids.begin()).first -
      taken_.begin());
  while (!marks_.empty() && marks_.back().length > agreed) {
    marks_.pop_back();
  }
  if (taken_.size() <= agreed) {
    return;
  }
  if (marks_.empty()) {
    sequence_.reset();
    taken_.clear();
  } else {
    sequence_ = marks_.back().sequence;
    taken_.resize(marks_.back().length);
  }
}

void Dialogue::take(std::span<const uint32_t> ids, std::vector<float>* logits) {
  std::vector<float> last = model_->prefill(sequence_, ids);
  taken_.insert(taken_.end(), ids.begin(), ids.end());
  if (logits != nullptr) {
    *logits = std::move(last);
  }
}

// Logits after the prompt; none where the answer was cancelled before its end. The state before the last token is kept,
// so that the same prompt can be answered again.
std::vector<float> Dialogue::take_prompt(std::span<const uint32_t> ids, const Listener& listener) {
  while (taken_.size() + 1 < ids.size()) {
    if (listener.cancelled()) {
      return {};
    }
    take(ids.subspan(taken_.size(), std::min(kChunk, ids.size() - 1 - taken_.size())), nullptr);
  }
  if (marks_.empty() || marks_.back().length < taken_.size()) {
    marks_.push_back({taken_.size(), sequence_});
  }
  if (marks_.size() > kMaxMarks) {
    marks_.erase(marks_.begin());
  }
  std::vector<float> logits;
  take(ids.last(1), &logits);
  return logits;
}

void Dialogue::generate(GenerationStream& stream, std::vector<float> logits, const Listener& listener) {
  while (!stream.finished()) {
    const GeneratedToken token = stream.next(logits);
    if (!token.text.empty()) {
      listener.on_text(token.text);
    }
    if (listener.cancelled()) {
      stream.cancel();
    }
    if (!stream.finished()) {
      take(std::span(&token.id, 1), &logits);
    }
  }
}

Result<Answer> Dialogue::answer(const GenerateOptions& options, const Listener& listener) {
  Answer out;
  Result<std::vector<uint32_t>> ids = fit(options.max_tokens, out);
  if (!ids) {
    return ids.reject();
  }
  out.prompt_tokens = static_cast<int64_t>(ids->size());
  rewind(*ids);
  out.reused_tokens = static_cast<int64_t>(taken_.size());
  GenerateOptions bounded = options;
  bounded.max_tokens = std::min(options.max_tokens, max_context_ - out.prompt_tokens);
  GenerationStream stream(std::move(bounded), format_.tokenizer(), end_ids_);
  stream.see_prompt(*ids);
  auto begin = Clock::now();
  std::vector<float> logits = take_prompt(*ids, listener);
  out.prompt_seconds = seconds_since(begin);
  begin = Clock::now();
  if (logits.empty()) {
    stream.cancel();
  }
  generate(stream, std::move(logits), listener);
  out.answer_seconds = seconds_since(begin);
  out.text = stream.text();
  out.reason = stream.reason();
  out.answer_tokens = static_cast<int64_t>(stream.ids().size());
  return out;
}

Result<Answer> Dialogue::say(const std::string& text, const GenerateOptions& options, const Listener& listener) {
  const size_t first = first_;
  messages_.push_back({"user", text});
  Result<Answer> out = answer(options, listener);
  if (!out || out->text.empty()) {
    messages_.pop_back();
    first_ = first;
    return out;
  }
  messages_.push_back({"assistant", out->text});
  return out;
}

Result<Answer> Dialogue::retry(const GenerateOptions& options, const Listener& listener) {
  if (messages_.empty()) {
    return Reject{"no_answer", "there is no answer to try again"};
  }
  Message old = std::move(messages_.back());
  messages_.pop_back();
  Result<Answer> out = answer(options, listener);
  const bool answered = out.ok() && !out->text.empty();
  messages_.push_back(answered ? Message{"assistant", out->text} : std::move(old));
  return out;
}

}  // namespace smelt::serve
