// What the checks share: random numbers, memory whose borders are watched, and the comparison.
#pragma once

#include "CKernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOLS = 3 };  // of 1, 2 and 3 threads

typedef struct {
    uint64_t state;  // of the random numbers
    kernel_pool *pools[POOLS];
    long failures;
    const char *kind;
    char shape[256];  // in words, for what is printed
    struct allocation *allocations;
} checks;

// MARK: Random choices

uint64_t random_bits(checks *c);
/// One of low...high.
size_t pick(checks *c, size_t low, size_t high);
bool flip(checks *c);
/// A size: often small, at times around a multiple of 8 or 16, and at most `most`.
size_t pick_size(checks *c, size_t most);

// MARK: Memory, which is kept until the shape is done

/// n values between -1 and 1, at an address that is a multiple of 4 and of nothing more.
float *random_floats(checks *c, size_t n);
/// n values that a kernel must overwrite: NaN.
float *unwritten_floats(checks *c, size_t n);
/// n zeros.
double *doubles(checks *c, size_t n);
void *memory(checks *c, size_t size);
/// Ends a shape: gives all memory back, and fails if something was written beside it.
void free_memory(checks *c);

// MARK: Results

/// What a kernel should give: values, and the size of the terms that each is a sum of, of which
/// rounding errors are a share.
typedef struct {
    double *values, *sizes;
    size_t n;
} expected_values;

expected_values expect(checks *c, size_t n);

/// Adds a term to value i.
static inline void expect_term(expected_values *e, size_t i, double term) {
    e->values[i] += term;
    e->sizes[i] += term < 0 ? -term : term;
}

/// Runs a kernel with each pool: `run` writes n values to out. Their bits must be the same each
/// time, and within `tolerance` times the size of what is expected. Returns those values.
const float *check_kernel(checks *c, const char *name, expected_values e, double tolerance,
    void (*run)(void *context, kernel_pool *pool, float *out), void *context);
/// Counts a failure and prints it.
void fail(checks *c, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/// Says what shape is checked.
void describe(checks *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// A sum's error: that of some additions one after another, each rounded to 24 bits. Winograd's
/// terms are sums themselves, and may be much larger than what remains of them.
#define SUM_TOLERANCE 1e-6
#define WINOGRAD_TOLERANCE 2e-5

// MARK: The kinds, each in the file of its name: one random shape

void check_convolution(checks *c);
void check_blocked_convolution(checks *c);
void check_product(checks *c);
void check_weight_update(checks *c);
void check_elementwise(checks *c);
void check_reduction(checks *c);
void check_pool(checks *c);
void check_fused(checks *c);
void check_crc32c(checks *c);
