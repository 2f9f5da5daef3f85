// Dates as people and programs write them in pages.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// ISO 8601: "2024-05-06", or with its time as far as it was given: "2024-05-06T10:00:00+02:00". Reads ISO 8601 and its
// likes ("2024/5/6", "20240506", "2024-05-06 10:00"), the dates of mail and HTTP ("Mon, 06 May 2024 10:00:00 GMT"), and
// days with a named month in English, German, French, Spanish, Italian, Portuguese and Dutch ("May 6, 2024", "6. Mai
// 2024"), also inside a short text ("Posted on May 6, 2024 by ..."). Numbers with dots are day, month, year; with
// slashes only where a number above 12 tells the day, or both are the same. Empty where there is no date between 1970
// and 2100.
std::string read_date(std::string_view text);

// The date in an address: "/2024/05/06/", "/2024-05-06-". Without a day: empty.
std::string date_of_address(std::string_view url);

}  // namespace smelt
