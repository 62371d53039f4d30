#include "include/CBenchmarks.h"

// Probes are run with the instruction set that the kernels are run with.
#include "../CKernels/instruction_set.h"

typedef float vector_8 __attribute__((ext_vector_type(8)));
typedef float vector_16 __attribute__((ext_vector_type(16)));
typedef float unaligned_8 __attribute__((ext_vector_type(8), aligned(4)));
#define AT(address) (*(unaligned_8 *)(address))

enum {
    CHAINS = 12
    // As many as hide a multiply-add's latency, and fit the registers beside factor and term.
};

// The sums settle at 2: x ← x / 2 + 1.
#define MULTIPLY_ADD(LANES)                                                                        \
    KERNEL_CLONES(extern, float, probe_multiply_add_##LANES, (size_t repeats), (repeats)) {        \
        vector_##LANES x[CHAINS];                                                                  \
        for (int i = 0; i < CHAINS; i++) x[i] = (float)i;                                          \
        for (size_t repeat = 0; repeat < repeats; repeat++) {                                      \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) x[i] =             \
                x[i] * 0.5f + 1.0f;                                                                \
        }                                                                                          \
        float sum = 0.0f;                                                                          \
        for (int i = 0; i < CHAINS; i++) sum += x[i][0] + x[i][LANES - 1];                         \
        return sum;                                                                                \
    }

MULTIPLY_ADD(8)
MULTIPLY_ADD(16)

KERNEL_CLONES(extern, float, probe_read, (const float *x, size_t n), (x, n)) {
    vector_8 sums[8];
    for (int i = 0; i < 8; i++) sums[i] = 0.0f;
    size_t place = 0;
    for (; place + 64 <= n; place += 64) {
        for (int i = 0; i < 8; i++) sums[i] += AT(x + place + 8 * i);
    }
    float sum = 0.0f;
    for (int i = 0; i < 8; i++) sum += sums[i][0] + sums[i][7];
    for (; place < n; place++) sum += x[place];
    return sum;
}

KERNEL_CLONES(extern, void, probe_update, (float *x, size_t n), (x, n)) {
    size_t place = 0;
    for (; place + 32 <= n; place += 32) {
        for (int i = 0; i < 4; i++) AT(x + place + 8 * i) = AT(x + place + 8 * i) * 0.5f + 1.0f;
    }
    for (; place < n; place++) x[place] = x[place] * 0.5f + 1.0f;
}
