// The report's style sheet.
#pragma once

#include <string_view>

namespace smelt {

extern const std::string_view kReportStyle;

}  // namespace smelt
