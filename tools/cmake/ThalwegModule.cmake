# thalweg_module(NAME SOURCES ... [PUBLIC libs...] [PRIVATE libs...]): one folder under src/, one static library.
function(thalweg_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(thalweg_${name} STATIC ${ARG_SOURCES})
  target_include_directories(thalweg_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include"
                                             PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(thalweg_${name} PUBLIC ${ARG_PUBLIC} PRIVATE thalweg_flags ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY THALWEG_MODULES ${name})
endfunction()

# thalweg_tests(MODULE LABEL SOURCES ... [LIBS ...]): one executable for the tests of one module and one kind
# (unit, property, oracle, golden); each TEST becomes a CTest entry with that label.
function(thalweg_tests module label)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  set(target thalweg_${module}_${label}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBS} thalweg_flags GTest::gtest_main GTest::gmock)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_compile_definitions(${target} PRIVATE THALWEG_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${label} TIMEOUT 900)
endfunction()
