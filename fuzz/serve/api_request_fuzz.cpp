// Any bytes as the body of a request: an error that says what is wrong, or options in their ranges.
#include "bytes.h"
#include "serve/http/api_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using smelt::serve::ApiKind;
  for (const ApiKind kind : {ApiKind::kCompletion, ApiKind::kChat}) {
    const auto parsed = smelt::serve::parse_api_request(kind, smelt::fuzz_bytes(data, size));
    if (parsed.error) {
      continue;
    }
    const auto& request = parsed.request;
    SMELT_CHECK(request.n >= 1 && request.n <= smelt::serve::kMaxChoices);
    SMELT_CHECK(request.options.sampling.temperature >= 0 && request.options.sampling.top_p > 0);
    SMELT_CHECK(kind == ApiKind::kCompletion ? !request.prompts.empty() : request.messages.is_array());
  }
  return 0;
}
