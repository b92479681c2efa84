#include "thalweg/commands/run.hpp"

int main(int argc, char** argv) { return thalweg::commands::run_program(argc, argv); }
