#include "checks.h"

#include "CKernelChecks.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: Random choices

/// SplitMix64.
uint64_t random_bits(checks *c) {
    c->state += 0x9e3779b97f4a7c15;
    uint64_t z = c->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

size_t pick(checks *c, size_t low, size_t high) { return low + random_bits(c) % (high - low + 1); }

bool flip(checks *c) { return random_bits(c) & 1; }

size_t pick_size(checks *c, size_t most) {
    size_t size = 0;
    switch (pick(c, 0, 3)) {
    case 0: size = pick(c, 0, 4); break;
    case 1: size = pick(c, 1, 4) * 8 + pick(c, 0, 2) - 1; break;
    case 2: size = pick(c, 1, 4) * 16 + pick(c, 0, 2) - 1; break;
    default: size = pick(c, 1, most);
    }
    return size < most ? size : most;
}

// MARK: Memory

/// What stands before and behind each block of memory. The address sanitizer has its own.
#if __has_feature(address_sanitizer)
enum { GUARD = 0 };
#else
enum { GUARD = 64 };
#endif
static const unsigned char guard_byte = 0xa5;

struct allocation {
    struct allocation *next;
    unsigned char *base;
    size_t offset, size;
};

/// The block begins `offset` bytes behind what malloc gives.
static void *allocate(checks *c, size_t size, size_t offset) {
    struct allocation *new = malloc(sizeof *new);
    *new = (struct allocation){c->allocations, NULL, offset, size};
    new->base = malloc(GUARD + offset + size + GUARD + 1);
    memset(new->base, guard_byte, GUARD + offset);
    memset(new->base + GUARD + offset + size, guard_byte, GUARD);
    c->allocations = new;
    // Its end is that of the allocation, where the sanitizer looks.
    new->base = realloc(new->base, GUARD + offset + size + (GUARD > 0 ? GUARD : size == 0));
    return new->base + GUARD + offset;
}

void *memory(checks *c, size_t size) { return allocate(c, size, 0); }

double *doubles(checks *c, size_t n) {
    double *values = memory(c, n * sizeof(double));
    for (size_t i = 0; i < n; i++) values[i] = 0;
    return values;
}

static float *floats(checks *c, size_t n) {
    return allocate(c, n * sizeof(float), pick(c, 0, 15) * sizeof(float));
}

float *random_floats(checks *c, size_t n) {
    float *values = floats(c, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(int64_t)random_bits(c) / (float)((uint64_t)1 << 63);
    return values;
}

float *unwritten_floats(checks *c, size_t n) {
    float *values = floats(c, n);
    memset(values, 0xff, n * sizeof(float));
    return values;
}

void free_memory(checks *c) {
    bool is_whole = true;
    while (c->allocations != NULL) {
        struct allocation *a = c->allocations;
        const unsigned char *behind = a->base + GUARD + a->offset + a->size;
        for (size_t i = 0; i < GUARD + a->offset; i++) is_whole &= a->base[i] == guard_byte;
        for (size_t i = 0; i < GUARD; i++) is_whole &= behind[i] == guard_byte;
        c->allocations = a->next;
        free(a->base);
        free(a);
    }
    if (!is_whole) fail(c, c->kind, "wrote beside its memory");
}

// MARK: Results

expected_values expect(checks *c, size_t n) {
    return (expected_values){doubles(c, n), doubles(c, n), n};
}

void fail(checks *c, const char *name, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->failures += 1;
    fprintf(stderr, "%s: %s: %s\n", name, text, c->shape);
}

void describe(checks *c, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->shape, sizeof c->shape, format, arguments);
    va_end(arguments);
}

static bool is_close(double value, double wanted, double error) {
    if (isnan(wanted)) return isnan(value);
    return value == wanted || fabs(value - wanted) <= error;
}

const float *check_kernel(checks *c, const char *name, expected_values e, double tolerance,
    void (*run)(void *context, kernel_pool *pool, float *out), void *context) {
    float *first = NULL;
    for (size_t i = 0; i < POOLS; i++) {
        float *out = unwritten_floats(c, e.n);
        run(context, c->pools[i], out);
        if (first == NULL) {
            first = out;
        } else if (memcmp(first, out, e.n * sizeof(float)) != 0) {
            fail(c, name, "other bits with %zu threads", i + 1);
        }
    }
    for (size_t i = 0; i < e.n; i++) {
        if (is_close(first[i], e.values[i], tolerance * e.sizes[i] + 1e-30)) continue;
        fail(c, name, "[%zu] is %.9g, not %.9g", i, first[i], e.values[i]);
        break;
    }
    return first;
}

// MARK: All kinds

static const struct {
    const char *name;
    void (*check)(checks *);
} kinds[] = {
    {"convolution", check_convolution},
    {"blocked-convolution", check_blocked_convolution},
    {"product", check_product},
    {"weight-update", check_weight_update},
    {"elementwise", check_elementwise},
    {"reduction", check_reduction},
    {"pool", check_pool},
    {"fused", check_fused},
    {"crc32c", check_crc32c},
};

long kernel_checks(const char *kind, size_t shapes, uint64_t seed) {
    checks c = {.state = seed};
    bool is_known = false;
    for (int i = 0; i < POOLS; i++) c.pools[i] = kernel_pool_create(i + 1);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (kind != NULL && strcmp(kind, kinds[k].name) != 0) continue;
        is_known = true;
        c.kind = kinds[k].name;
        for (size_t i = 0; i < shapes; i++) {
            // A shape can be had again without those before it.
            c.state = seed + 0x632be59bd9b4e019 * (i + 1);
            kinds[k].check(&c);
            free_memory(&c);
        }
    }
    for (int i = 0; i < POOLS; i++) kernel_pool_destroy(c.pools[i]);
    return is_known ? c.failures : -1;
}
