# thalweg_module(NAME SOURCES ... [PUBLIC libs...] [PRIVATE libs...]): one folder under src/, one static library.
# Sources and libraries outside the project are also collected for the installed library (ThalwegInstall).
function(thalweg_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(thalweg_${name} STATIC ${ARG_SOURCES})
  target_include_directories(thalweg_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include"
                                             PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(thalweg_${name} PUBLIC ${ARG_PUBLIC} PRIVATE thalweg_flags ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY THALWEG_MODULES ${name})
  foreach(kind PUBLIC PRIVATE)
    set(outside ${ARG_${kind}})
    list(FILTER outside EXCLUDE REGEX "^thalweg_")
    set_property(GLOBAL APPEND PROPERTY THALWEG_${kind}_LIBS_${name} ${outside})
  endforeach()
endfunction()

# thalweg_tests(MODULE LABEL SOURCES ... [LIBS ...]): one executable for the tests of one module and one kind
# (unit, property, oracle, golden); each TEST becomes a CTest entry with that label.
function(thalweg_tests module label)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  thalweg_label_wanted(${label} wanted)
  if(NOT wanted)
    return()
  endif()
  set(target thalweg_${module}_${label}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBS} thalweg_flags GTest::gtest_main GTest::gmock)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_compile_definitions(${target} PRIVATE THALWEG_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  gtest_discover_tests(${target} TEST_PREFIX "${THALWEG_TEST_PREFIX}" DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS ${label} TIMEOUT 900)
  add_dependencies(thalweg_tests_built ${target})
endfunction()

# thalweg_label_wanted(LABEL OUT): whether this build tree contains tests of that kind (THALWEG_TEST_LABELS; all when empty).
function(thalweg_label_wanted label out)
  if(NOT THALWEG_TEST_LABELS OR label IN_LIST THALWEG_TEST_LABELS)
    set(${out} ON PARENT_SCOPE)
  else()
    set(${out} OFF PARENT_SCOPE)
  endif()
endfunction()

# thalweg_fuzzer(NAME SOURCES ... [LIBS ...] [CORPUS dir]): one libFuzzer target, run for a few seconds over its corpus by
# CTest (label fuzz). Does nothing unless THALWEG_BUILD_FUZZERS is on.
function(thalweg_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  if(NOT THALWEG_BUILD_FUZZERS)
    return()
  endif()
  set(target thalweg_fuzz_${name})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBS} thalweg_flags)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  # New inputs go to the build tree; the shipped corpus is only read.
  set(found "${CMAKE_CURRENT_BINARY_DIR}/corpus_${name}")
  file(MAKE_DIRECTORY "${found}")
  add_test(NAME fuzz.${name}
           COMMAND ${target} -max_total_time=${THALWEG_FUZZ_SECONDS} -seed=1 -timeout=10 -rss_limit_mb=2048
                   -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/ -print_final_stats=1 "${found}" ${ARG_CORPUS})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 900)
  add_dependencies(thalweg_tests_built ${target})
endfunction()
