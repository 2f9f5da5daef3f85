#include "corpus/privacy/secret.h"

#include <cmath>

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

// A token is `prefix` and then `min` to `max` characters.
struct Provider {
  std::string_view prefix;
  size_t min;
  size_t max;
  const char* name;
};

constexpr size_t kAny = 1000;

constexpr std::array<Provider, 51> kProviders = {{{"AKIA", 16, 16, "aws_key_id"},
                                                  {"ASIA", 16, 16, "aws_key_id"},
                                                  {"ABIA", 16, 16, "aws_key_id"},
                                                  {"ACCA", 16, 16, "aws_key_id"},
                                                  {"ghp_", 36, 255, "github"},
                                                  {"gho_", 36, 255, "github"},
                                                  {"ghu_", 36, 255, "github"},
                                                  {"ghs_", 36, 255, "github"},
                                                  {"ghr_", 36, 255, "github"},
                                                  {"github_pat_", 40, 255, "github"},
                                                  {"glpat-", 20, 64, "gitlab"},
                                                  {"gldt-", 20, 64, "gitlab"},
                                                  {"glrt-", 20, 64, "gitlab"},
                                                  {"glptt-", 20, 64, "gitlab"},
                                                  {"AIza", 35, 35, "google_api"},
                                                  {"GOCSPX-", 28, 28, "google_oauth"},
                                                  {"xoxb-", 20, kAny, "slack"},
                                                  {"xoxp-", 20, kAny, "slack"},
                                                  {"xoxa-", 20, kAny, "slack"},
                                                  {"xoxr-", 20, kAny, "slack"},
                                                  {"xoxs-", 20, kAny, "slack"},
                                                  {"xoxe-", 20, kAny, "slack"},
                                                  {"xapp-", 20, kAny, "slack"},
                                                  {"sk_live_", 16, 255, "stripe"},
                                                  {"sk_test_", 16, 255, "stripe"},
                                                  {"rk_live_", 16, 255, "stripe"},
                                                  {"rk_test_", 16, 255, "stripe"},
                                                  {"whsec_", 24, 255, "stripe"},
                                                  {"sk-ant-", 32, 255, "anthropic"},
                                                  {"sk-proj-", 32, 255, "openai"},
                                                  {"sk-svcacct-", 32, 255, "openai"},
                                                  {"sk-or-v1-", 32, 255, "openrouter"},
                                                  {"sk-", 40, 64, "openai"},
                                                  {"hf_", 30, 64, "hugging_face"},
                                                  {"gsk_", 40, 64, "groq"},
                                                  {"r8_", 37, 40, "replicate"},
                                                  {"npm_", 36, 36, "npm"},
                                                  {"pypi-AgE", 40, kAny, "pypi"},
                                                  {"rubygems_", 48, 48, "rubygems"},
                                                  {"dckr_pat_", 24, 40, "docker"},
                                                  {"dop_v1_", 64, 64, "digitalocean"},
                                                  {"doo_v1_", 64, 64, "digitalocean"},
                                                  {"shpat_", 32, 32, "shopify"},
                                                  {"shpss_", 32, 32, "shopify"},
                                                  {"shpca_", 32, 32, "shopify"},
                                                  {"sq0csp-", 43, 43, "square"},
                                                  {"EAACEdEose0cBA", 10, kAny, "facebook"},
                                                  {"lin_api_", 32, 48, "linear"},
                                                  {"PMAK-", 40, 64, "postman"},
                                                  {"dapi", 32, 34, "databricks"},
                                                  {"figd_", 36, 64, "figma"}}};

// Prefixes that end in a character outside of the run.
constexpr std::array<Provider, 6> kOuterProviders = {{{"SG.", 22, 22, "sendgrid"},
                                                      {"ya29.", 20, kAny, "google_oauth"},
                                                      {"hvs.", 24, kAny, "vault"},
                                                      {"EZAK.", 20, kAny, "easypost"},
                                                      {"dp.pt.", 40, 48, "doppler"},
                                                      {"sl.", 100, kAny, "dropbox"}}};

bool is_run_character(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-';
}
bool is_base64(char c) {
  return is_alphanumeric(c) || c == '+' || c == '/' || c == '=';
}

size_t run_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && is_run_character(text[end])) {
    ++end;
  }
  return end;
}

// A word made of letters alone follows no provider's rule: their tokens are drawn at random.
bool has_mixture(std::string_view body) {
  return std::any_of(body.begin(), body.end(), is_digit) ||
         (std::any_of(body.begin(), body.end(), is_upper) && body.size() >= 16 &&
          std::any_of(body.begin(), body.end(), [](char c) { return is_letter(c) && !is_upper(c); }));
}

std::optional<PersonalSpan> find_provider_token(std::string_view text, size_t begin, size_t end) {
  const std::string_view run = text.substr(begin, end - begin);
  for (const Provider& provider : kProviders) {
    if (run[0] != provider.prefix[0] || !run.starts_with(provider.prefix)) {
      continue;
    }
    const std::string_view body = run.substr(provider.prefix.size());
    const bool base32 = provider.prefix.size() == 4 && provider.prefix[0] == 'A' && provider.min == 16;
    if (body.size() >= provider.min && body.size() <= provider.max &&
        (base32 ? std::none_of(body.begin(), body.end(), [](char c) { return !is_upper(c) && !is_digit(c); })
                : has_mixture(body))) {
      return PersonalSpan{begin, end, PersonalKind::kSecret, provider.name};
    }
  }
  for (const Provider& provider : kOuterProviders) {
    const size_t size = provider.prefix.size();
    if (begin < size || text.substr(begin - size, size) != provider.prefix || is_word_before(text, begin - size) ||
        run.size() < provider.min || run.size() > provider.max) {
      continue;
    }
    const size_t whole_end = byte_at(text, end) == '.' ? run_end(text, end + 1) : end;
    return PersonalSpan{begin - size, std::max(end, whole_end), PersonalKind::kSecret, provider.name};
  }
  return std::nullopt;
}

// header.payload.signature, both first parts base64url of an object: {" gives eyJ.
std::optional<PersonalSpan> find_jwt(std::string_view text, size_t begin, size_t end) {
  if (!text.substr(begin).starts_with("eyJ") || byte_at(text, end) != '.' || !text.substr(end + 1).starts_with("eyJ")) {
    return std::nullopt;
  }
  size_t last = run_end(text, end + 1);
  if (byte_at(text, last) == '.') {
    last = run_end(text, last + 1);
  }
  return PersonalSpan{begin, last, PersonalKind::kSecret, "jwt"};
}

double entropy(std::string_view value) {
  std::array<int, 256> counts{};
  for (const char c : value) {
    ++counts[static_cast<unsigned char>(c)];
  }
  double bits = 0;
  for (const int count : counts) {
    if (count > 0) {
      const double p = count / static_cast<double>(value.size());
      bits -= p * std::log2(p);
    }
  }
  return bits;
}

// Digits and letters that alternate, as names and numbered words do not.
bool looks_random(std::string_view value) {
  int changes = 0;
  bool letters = false;
  for (size_t i = 0; i < value.size(); ++i) {
    letters = letters || is_letter(value[i]);
    changes += i > 0 && is_alphanumeric(value[i]) && is_alphanumeric(value[i - 1]) &&
                       is_digit(value[i]) != is_digit(value[i - 1])
                   ? 1
                   : 0;
  }
  return letters && changes >= 3 && entropy(value) >= 3.0;
}

// The words before a value on its line, up to the sign that assigns it: api_key = "...", token: ..., Bearer ... Another
// value, address or placeholder between them ends the search.
bool is_assigned_to_secret(std::string_view text, size_t begin) {
  constexpr size_t kReach = 48;
  size_t from = begin;
  while (from > 0 && begin - from < kReach && text[from - 1] != '\n') {
    --from;
  }
  const std::string before = lower_ascii(text.substr(from, begin - from));
  constexpr std::array<std::string_view, 10> kNames = {"key",    "token",      "secret", "passw", "pwd",
                                                       "bearer", "credential", "auth",   "pass",  "signature"};
  for (const std::string_view name : kNames) {
    const size_t at = before.rfind(name);
    if (at == std::string::npos) {
      continue;
    }
    size_t rest = at + name.size();  // the name may go on: token_2, keyId
    while (rest < before.size() && (is_alphanumeric(before[rest]) || before[rest] == '_')) {
      ++rest;
    }
    const std::string_view between = std::string_view(before).substr(rest);
    const bool assigned = between.find_first_of(":=\"'`") != std::string_view::npos ||
                          between.find(" is ") != std::string_view::npos || name == "bearer";
    const bool near =
        std::count(between.begin(), between.end(), ' ') <= 4 && between.find_first_of(".;!?") == std::string_view::npos;
    if (assigned && near) {
      return true;
    }
  }
  return false;
}

std::optional<PersonalSpan> find_assigned_secret(std::string_view text, size_t begin, size_t end) {
  if (!looks_random(text.substr(begin, end - begin))) {
    return std::nullopt;
  }
  constexpr size_t kMaxReach = 512;
  size_t from = begin;
  while (from > 0 && begin - from < kMaxReach && is_base64(text[from - 1]) && text[from - 1] != '=') {
    --from;
  }
  size_t to = end;
  while (to < text.size() && to - end < kMaxReach && (is_base64(text[to]) || is_run_character(text[to]))) {
    ++to;
  }
  // Paths and addresses are no secrets.
  const bool is_path =
      std::count(text.begin() + static_cast<ptrdiff_t>(from), text.begin() + static_cast<ptrdiff_t>(to), '/') > 3;
  if (is_path || !is_assigned_to_secret(text, from)) {
    return std::nullopt;
  }
  return PersonalSpan{from, to, PersonalKind::kSecret, "assigned"};
}

}  // namespace

std::optional<PersonalSpan> find_secret(std::string_view text, size_t begin, size_t end) {
  if (const auto token = find_provider_token(text, begin, end)) {
    return token;
  }
  if (const auto token = find_jwt(text, begin, end)) {
    return token;
  }
  return find_assigned_secret(text, begin, end);
}

std::optional<PersonalSpan> find_private_key(std::string_view text, size_t begin) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr size_t kMaxLabel = 64;
  constexpr size_t kMaxKey = 16384;
  if (!text.substr(begin).starts_with(kBegin)) {
    return std::nullopt;
  }
  const std::string_view label = text.substr(begin + kBegin.size(), kMaxLabel);
  const size_t label_end = label.find("-----");
  if (label_end == std::string_view::npos || label.substr(0, label_end).find("PRIVATE KEY") == std::string_view::npos) {
    return std::nullopt;
  }
  const size_t body = begin + kBegin.size() + label_end + 5;
  const std::string closing = "-----END " + std::string(label.substr(0, label_end)) + "-----";
  const size_t close = text.substr(body, kMaxKey).find("-----");
  if (close != std::string_view::npos && text.substr(body + close).starts_with(closing)) {
    return PersonalSpan{begin, body + close + closing.size(), PersonalKind::kSecret, "private_key"};
  }
  size_t end = body;
  while (end < text.size() && end - body < kMaxKey &&
         (is_base64(text[end]) || text[end] == '\n' || text[end] == '\r' || text[end] == '\\')) {
    ++end;
  }
  while (end > body && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == '\\')) {
    --end;
  }
  return PersonalSpan{begin, end, PersonalKind::kSecret, "private_key"};
}

}  // namespace smelt
