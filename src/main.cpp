#include "cli/program.h"

int main(int argc, char** argv) {
  return smelt::cli::run_program(argc, argv);
}
