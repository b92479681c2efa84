# Options, language level, warnings and packages that every target shares.
option(THALWEG_BUILD_TESTS "Build the tests" ON)
option(THALWEG_BUILD_BENCH "Build the benchmarks in tools/bench" OFF)
option(THALWEG_BUILD_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
option(THALWEG_WERROR "Treat compiler warnings as errors" ON)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

add_library(thalweg_flags INTERFACE)
# Contraction would make a rounding bound depend on the compiler's choice of fused operations.
target_compile_options(thalweg_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -ffp-contract=off)
if(THALWEG_WERROR)
  target_compile_options(thalweg_flags INTERFACE -Werror)
endif()

find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(tl-expected REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(GMPXX REQUIRED IMPORTED_TARGET gmpxx)
