# The installed package: one library of all modules (thalweg::thalweg), the checker's library (thalweg::verify), the
# programs, headers, a CMake package and pkg-config files. Component `program` is what people run, `development` the rest.
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY THALWEG_MODULES)

# thalweg_bundle(TARGET NAME MODULES...): a static library NAME of the objects of the modules, with the libraries outside the
# project that they use.
function(thalweg_bundle target name)
  set(objects "")
  foreach(module IN LISTS ARGN)
    list(APPEND objects $<TARGET_OBJECTS:thalweg_${module}>)
    foreach(kind PUBLIC PRIVATE)
      get_property(libs GLOBAL PROPERTY THALWEG_${kind}_LIBS_${module})
      list(APPEND ${kind}_libs ${libs})
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES PUBLIC_libs)
  list(REMOVE_DUPLICATES PRIVATE_libs)
  add_library(${target} STATIC ${objects})
  # A folder of its own: a module's archive may have the same name.
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE CXX
                                             ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/package")
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_link_libraries(${target} PUBLIC ${PUBLIC_libs} PRIVATE ${PRIVATE_libs})
  install(TARGETS ${target} EXPORT thalwegTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endfunction()

set(bundled ${modules})
# The commands are the program: they bring the command line's libraries with them.
list(REMOVE_ITEM bundled verify commands)
thalweg_bundle(thalweg_library thalweg ${bundled})
set_target_properties(thalweg_library PROPERTIES EXPORT_NAME thalweg)
if(verify IN_LIST modules)
  thalweg_bundle(thalweg_verify_library thalweg_verify verify)
  set_target_properties(thalweg_verify_library PROPERTIES EXPORT_NAME verify)
  target_link_libraries(thalweg_library PUBLIC thalweg_verify_library)
endif()

foreach(program thalweg thalweg-check)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  endif()
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/thalweg" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
        FILES_MATCHING PATTERN "*.hpp" PATTERN "commands" EXCLUDE)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/thalweg)
install(EXPORT thalwegTargets NAMESPACE thalweg:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/tools/cmake/thalwegConfig.cmake.in" "${PROJECT_BINARY_DIR}/thalwegConfig.cmake"
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/thalwegConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/thalwegConfig.cmake" "${PROJECT_BINARY_DIR}/thalwegConfigVersion.cmake" DESTINATION ${package_dir}
        COMPONENT development)

set(THALWEG_ONNX_LIBS "")
if(THALWEG_HAS_ONNX)
  set(THALWEG_ONNX_LIBS " -lonnx_proto -lprotobuf")
endif()
# The package file finds its prefix from its own place, so that an installed tree can be moved.
file(RELATIVE_PATH pkg_config_up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
foreach(file thalweg thalweg-verify)
  configure_file("${PROJECT_SOURCE_DIR}/tools/cmake/${file}.pc.in" "${PROJECT_BINARY_DIR}/${file}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${file}.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
