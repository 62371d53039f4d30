// How a function is compiled once for each instruction set, and which of its clones is run.
//
// The package manager compiles this target with nothing but -O2, for every processor of its kind.
// So a function that takes time is compiled several times, its body inlined into a clone for each
// instruction set; one of its plain name goes by a number that is set before `main`:
//
// | on | clones |
// |---|---|
// | x86-64 | AVX-512 (x86-64-v4), AVX2 with FMA (x86-64-v3), SSE2 |
// | elsewhere | one, with what the compiler's flags ask for: NEON on 64-bit ARM |
//
// That is a comparison and a jump, as quick as what the loader binds (an ifunc), and unlike it knows
// the environment, works with any C library and sanitizer, and lets one build test all clones.
//
// A helper is INLINE, so that it is compiled into every clone.
#pragma once

#include "include/CKernels.h"

#define INLINE static inline __attribute__((always_inline))

/// The one that kernels are run with.
extern kernel_instruction_set chosen_instruction_set __attribute__((visibility("hidden")));

#if defined(__x86_64__)

/// Whether functions that are KERNEL_WIDE are run.
INLINE bool has_wide_vectors(void) { return chosen_instruction_set == KERNEL_AVX512; }

// x86-64-v3 and x86-64-v4 by their features: by their names (arch=…) the compiler would tune the code
// for Intel's first processors that had them, too.
#define KERNEL_V3_FEATURES "avx2,bmi,bmi2,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf"
#define KERNEL_V4_FEATURES KERNEL_V3_FEATURES ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
#define KERNEL_AVX512_CLONE __attribute__((noinline, target(KERNEL_V4_FEATURES)))
#define KERNEL_AVX2_CLONE __attribute__((noinline, target(KERNEL_V3_FEATURES)))
#define KERNEL_SSE2_CLONE __attribute__((noinline))
/// Of a function that is only run where vectors are wide.
#define KERNEL_WIDE __attribute__((noinline, target("arch=x86-64-v4"), min_vector_width(512)))

#define KERNEL_DISPATCH(storage, result, name, parameters, arguments)                              \
    storage result name parameters {                                                               \
        switch (chosen_instruction_set) {                                                          \
        case KERNEL_AVX512: return name##_avx512 arguments;                                        \
        case KERNEL_AVX2: return name##_avx2 arguments;                                            \
        default: return name##_sse2 arguments;                                                     \
        }                                                                                          \
    }

/// Begins a function: `KERNEL_CLONES(static, float, sum, (const float *x, size_t n), (x, n)) { … }`.
#define KERNEL_CLONES(storage, result, name, parameters, arguments)                                \
    INLINE result name##_body parameters;                                                          \
    KERNEL_AVX512_CLONE static result name##_avx512 parameters { return name##_body arguments; }   \
    KERNEL_AVX2_CLONE static result name##_avx2 parameters { return name##_body arguments; }       \
    KERNEL_SSE2_CLONE static result name##_sse2 parameters { return name##_body arguments; }       \
    KERNEL_DISPATCH(storage, result, name, parameters, arguments)                                  \
    INLINE result name##_body parameters

/// Begins a task whose tiles have another shape with AVX-512, which has twice as many registers,
/// twice as wide: `KERNEL_WIDE_TASK(convolve, context, task, wide) { … }`, where `wide` is a
/// constant.
#define KERNEL_WIDE_TASK(name, context, task, wide)                                                \
    INLINE void name##_body(void *context, size_t task, bool wide);                                \
    KERNEL_WIDE static void name##_avx512(void *context, size_t task) {                            \
        name##_body(context, task, true);                                                          \
    }                                                                                              \
    KERNEL_AVX2_CLONE static void name##_avx2(void *context, size_t task) {                        \
        name##_body(context, task, false);                                                         \
    }                                                                                              \
    KERNEL_SSE2_CLONE static void name##_sse2(void *context, size_t task) {                        \
        name##_body(context, task, false);                                                         \
    }                                                                                              \
    KERNEL_DISPATCH(static, void, name, (void *context, size_t task), (context, task))             \
    INLINE void name##_body(void *context, size_t task, bool wide)

#else

INLINE bool has_wide_vectors(void) { return false; }

#define KERNEL_WIDE
#define KERNEL_CLONES(storage, result, name, parameters, arguments) storage result name parameters
#define KERNEL_WIDE_TASK(name, context, task, wide)                                                \
    INLINE void name##_body(void *context, size_t task, bool wide);                                \
    static void name(void *context, size_t task) { name##_body(context, task, false); }            \
    INLINE void name##_body(void *context, size_t task, bool wide)

#endif

/// Begins what a pool runs: `KERNEL_TASK(sum_some_rows, context, task) { … }`.
#define KERNEL_TASK(name, context, task)                                                           \
    KERNEL_CLONES(static, void, name, (void *context, size_t task), (context, task))
