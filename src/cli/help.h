// Help texts, made from the table of verbs.
#pragma once

#include <string>

#include "cli/verb.h"

namespace smelt::cli {

std::string general_help();
std::string verb_help(const Verb& verb);

}  // namespace smelt::cli
