#pragma once

/// THALWEG_MULTIVERSION before a function: compiled for several instruction sets, chosen when the
/// program starts. The arithmetic is the same in each (fixed lanes, no contraction), so results do
/// not depend on the machine. clang 14 and the sanitizers do not get along with the indirect
/// functions this needs; they take the portable version.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define THALWEG_MULTIVERSION __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define THALWEG_MULTIVERSION
#endif
