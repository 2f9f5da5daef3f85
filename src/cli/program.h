// The program: parses the command line by the table of verbs, sets the process up, runs one verb, turns errors into one
// line and an exit code.
#pragma once

namespace smelt::cli {

int run_program(int argc, char** argv);

}  // namespace smelt::cli
