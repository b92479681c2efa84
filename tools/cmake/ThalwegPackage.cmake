# What an installation has besides programs and library: man pages, completions and documents; and the Debian packages
# that `cpack -G DEB` makes of a build tree (tools/package/build_deb.sh): thalweg, libthalweg-dev and, where the Python package
# was built, python3-thalweg.
set(THALWEG_MAINTAINER "The Thalweg developers <thalweg@example.org>" CACHE STRING "Who answers for the Debian packages")

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(package_source "${PROJECT_SOURCE_DIR}/tools/package")
set(package_files "${PROJECT_BINARY_DIR}/package_files")
set(python_here ${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1 $<TARGET_FILE:Python3::Interpreter>)

# Man pages and completions say what the programs of this build say.
add_custom_command(
  OUTPUT "${package_files}/stamp"
  COMMAND ${python_here} "${package_source}/make_man.py" $<TARGET_FILE:thalweg> $<TARGET_FILE:thalweg-check> "${package_files}/man"
  COMMAND ${python_here} "${package_source}/make_completion.py" $<TARGET_FILE:thalweg> "${package_files}/completion"
  COMMAND gzip -9nc "${PROJECT_SOURCE_DIR}/CHANGELOG.md" > "${package_files}/changelog.gz"
  COMMAND gzip -9nc "${package_files}/changelog.Debian" > "${package_files}/changelog.Debian.gz"
  COMMAND ${CMAKE_COMMAND} -E touch "${package_files}/stamp"
  DEPENDS thalweg thalweg-check "${package_source}/make_man.py" "${package_source}/make_completion.py"
          "${package_source}/help_listing.py" "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${package_files}/changelog.Debian"
  COMMENT "Man pages and completions from --help"
  VERBATIM)
add_custom_target(thalweg_package_files ALL DEPENDS "${package_files}/stamp")
string(TIMESTAMP package_date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, when it is set
configure_file("${package_source}/changelog.in" "${package_files}/changelog.Debian" @ONLY)

install(DIRECTORY "${package_files}/man/" DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
set(completion "${package_files}/completion")
install(FILES "${completion}/thalweg" DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES "${completion}/_thalweg" DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
install(FILES "${completion}/thalweg.fish" DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
# Side by side as in the repository, so that links between them hold and examples run from that folder.
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CITATION.cff" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_SOURCE_DIR}/examples" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program
        PATTERN "__pycache__" EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licence)

# thalweg_debian_package(COMPONENT NAME SECTION SUMMARY DEPENDS): one Debian package.
macro(thalweg_debian_package component name section summary depends)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  string(TOUPPER ${component} COMPONENT)
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_DEBIAN_${COMPONENT}_DESCRIPTION "${summary}\n${package_description}")
  # Every package has these of its own (Debian Policy 12.5, 12.7); a plain installation needs them once at most.
  install(FILES "${package_source}/copyright" "${package_files}/changelog.gz" "${package_files}/changelog.Debian.gz"
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component} EXCLUDE_FROM_ALL)
endmacro()

file(READ "${package_source}/description" package_description)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME thalweg)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # every package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${THALWEG_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_COMPONENTS_ALL "")
thalweg_debian_package(program thalweg math "Certified loss landscapes of ReLU networks" "")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-thalweg, libthalweg-dev")
set(library_packages libeigen3-dev libexpected-dev libspdlog-dev nlohmann-json3-dev libzip-dev nettle-dev libgmp-dev libmpfr-dev
                     libopenblas-dev pkg-config)
if(THALWEG_HAS_ONNX)
  list(APPEND library_packages libonnx-dev libprotobuf-dev)
endif()
list(JOIN library_packages ", " library_packages)
thalweg_debian_package(development libthalweg-dev libdevel "Certified loss landscapes of ReLU networks (C++ library)" "${library_packages}")
if(TARGET thalweg_python AND THALWEG_PYTHON_DIR)
  # The module is for one version of Python, which stands in its name: .cpython-311-x86_64-linux-gnu.so
  get_target_property(python_suffix thalweg_python SUFFIX)
  string(REGEX REPLACE "^\\.cpython-3([0-9]+)-.*" "\\1" python_minor "${python_suffix}")
  math(EXPR python_next "${python_minor} + 1")
  thalweg_debian_package(python_site python3-thalweg python "Certified loss landscapes of ReLU networks (Python package)"
                         "python3 (>= 3.${python_minor}), python3 (<< 3.${python_next}), python3-numpy")
  set(CPACK_DEBIAN_PYTHON_SITE_PACKAGE_SUGGESTS "python3-matplotlib, python3-sklearn, python3-torch")
  set(CPACK_DEBIAN_PYTHON_SITE_PACKAGE_CONTROL_EXTRA "${package_source}/postinst;${package_source}/prerm")
endif()
include(CPack)
