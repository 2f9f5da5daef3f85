// Jupyter notebooks (nbformat 3 and 4) as text.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace smelt {

enum class NotebookForm {
  kScript,      // code of the kernel's language, the prose between as comments
  kMarkdown,    // prose, and code between ``` lines
  kStructured,  // <jupyter_start><jupyter_text>...<jupyter_code>...<jupyter_output>... as StarCoder 2 has them
};

struct NotebookText {
  std::string text;
  std::string
      language;  // the kernel's, as linguist names it; "Python" where the notebook does not say or it is unknown
};

// Reasons: bad_notebook (not JSON, or not of this form), empty. Outputs are cut after 1,000 bytes each.
Result<NotebookText> read_notebook(std::string_view json, NotebookForm form);

}  // namespace smelt
