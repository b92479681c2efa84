# The installed package: one library of all modules, the checker's library, headers, CMake and pkg-config files.
