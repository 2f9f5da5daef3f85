// Names of persons, as far as they can be told without a list of names: one to three capitalised words after a title
// (Mr, Dr, Herr, Mme ...) or after words that introduce a name ("my name is", "Name:"). Most names in running text
// stand without either and stay: the rule is for forms and letters, not for anonymising prose.
#pragma once

#include <string_view>
#include <vector>

#include "corpus/privacy/span.h"

namespace smelt {

// Appends the places of names, in ascending order; the title stays.
void find_names(std::string_view text, std::vector<PersonalSpan>& spans);

}  // namespace smelt
