// Comparisons, choices between two arrays, and casts. Operands that are broadcast are written out a
// tile at a time; those that have a value for each of the result's are read where they lie.
#include "broadcast.h"
#include "include/CKernels.h"
#include "vector.h"

enum { TASK = 32 * KERNEL_TILE };  // values a task makes

typedef struct {
    void *out;
    const kernel_broadcast *operands;
    kernel_comparison comparison;
    bool integers;
    size_t n, tasks;
} choosing;

/// An integer of 32 bits in memory that is moved as floats.
typedef int32_t integer __attribute__((may_alias));

/// The values from `start` on, where they lie or written out to `room`. `bytes` is a constant where
/// this is inlined.
INLINE const void *values(
    const kernel_broadcast *array, size_t start, size_t count, void *room, bool bytes) {
    if (array->rank == 1 && array->strides[0] == 1)
        return (const char *)array->memory + start * (bytes ? 1 : sizeof(float));
    write_out_values(room, array, start, count, bytes);
    return room;
}

#define COMPARE_EACH(operator)                                                                     \
    for (size_t i = 0; i < count; i++) out[i] = x[i] operator y[i];                                \
    return

#define COMPARE(name, type)                                                                        \
    INLINE void name(                                                                              \
        bool *out, kernel_comparison comparison, const type *x, const type *y, size_t count) {     \
        switch (comparison) {                                                                      \
        case KERNEL_GREATER: COMPARE_EACH(>);                                                      \
        case KERNEL_GREATER_EQUAL: COMPARE_EACH(>=);                                               \
        case KERNEL_LESS: COMPARE_EACH(<);                                                         \
        case KERNEL_LESS_EQUAL: COMPARE_EACH(<=);                                                  \
        case KERNEL_EQUAL: COMPARE_EACH(==);                                                       \
        case KERNEL_NOT_EQUAL: COMPARE_EACH(!=);                                                   \
        }                                                                                          \
    }

COMPARE(compare_floats, float)
COMPARE(compare_integers, integer)

KERNEL_TASK(compare_some, context, task) {
    const choosing *job = context;
    const size_t end = part(job->n, job->tasks, task + 1);
    float rooms[2][KERNEL_TILE + LANES];
    for (size_t start = part(job->n, job->tasks, task); start < end; start += KERNEL_TILE) {
        const size_t count = smaller(KERNEL_TILE, end - start);
        const void *x = values(&job->operands[0], start, count, rooms[0], false);
        const void *y = values(&job->operands[1], start, count, rooms[1], false);
        bool *out = (bool *)job->out + start;
        if (job->integers) {
            compare_integers(out, job->comparison, x, y, count);
        } else {
            compare_floats(out, job->comparison, x, y, count);
        }
    }
}

void kernel_compare(kernel_pool *pool, bool *out, kernel_comparison comparison, bool integers,
    const kernel_broadcast *operands, size_t n) {
    choosing job = {out, operands, comparison, integers, n, ceil_div(n, TASK)};
    kernel_pool_run(pool, job.tasks, compare_some, &job);
}

KERNEL_TASK(select_some, context, task) {
    const choosing *job = context;
    const size_t end = part(job->n, job->tasks, task + 1);
    float rooms[2][KERNEL_TILE + LANES];
    unsigned char room[KERNEL_TILE + LANES];
    for (size_t start = part(job->n, job->tasks, task); start < end; start += KERNEL_TILE) {
        const size_t count = smaller(KERNEL_TILE, end - start);
        const unsigned char *condition = values(&job->operands[0], start, count, room, true);
        const float *x = values(&job->operands[1], start, count, rooms[0], false);
        const float *y = values(&job->operands[2], start, count, rooms[1], false);
        float *out = (float *)job->out + start;
        for (size_t i = 0; i < count; i++) out[i] = condition[i] != 0 ? x[i] : y[i];
    }
}

void kernel_select(kernel_pool *pool, float *out, const kernel_broadcast *operands, size_t n) {
    choosing job = {.out = out, .operands = operands, .n = n, .tasks = ceil_div(n, TASK)};
    kernel_pool_run(pool, job.tasks, select_some, &job);
}

typedef struct {
    float *out;
    const void *x;
    bool bools;
    size_t n, tasks;
} casting;

KERNEL_TASK(cast_some, context, task) {
    const casting *job = context;
    const size_t end = part(job->n, job->tasks, task + 1);
    const unsigned char *bytes = job->x;
    const int32_t *integers = job->x;
    float *out = job->out;
    size_t i = part(job->n, job->tasks, task);
    if (job->bools) {
        for (; i < end; i++) out[i] = bytes[i] != 0 ? 1.0f : 0.0f;
    } else {
        for (; i < end; i++) out[i] = (float)integers[i];
    }
}

void kernel_cast_bools(kernel_pool *pool, float *out, const bool *x, size_t n) {
    casting job = {out, x, true, n, ceil_div(n, TASK)};
    kernel_pool_run(pool, job.tasks, cast_some, &job);
}

void kernel_cast_integers(kernel_pool *pool, float *out, const int32_t *x, size_t n) {
    casting job = {out, x, false, n, ceil_div(n, TASK)};
    kernel_pool_run(pool, job.tasks, cast_some, &job);
}
