// c = a · b for few rows of a and b transposed: dot products along the rows of b, which is read
// once, in the order of its memory. The gradient of a layer's input at a small batch.
#include "matmul_pack.h"
#include "pool.h"

#include <string.h>

enum {
    TASK_ROWS = 32,  // of b
    TOTALS = 24,     // dot products at a time
};

typedef struct {
    product of;
    float *copies;  // of a, as pack_dots lays it
    size_t panels, tasks;
} dots_job;

/// How long the slices of k are: rows of a as long as this stay in the first-level cache.
static size_t slice_depth(const product *of) { return of->m > 16 ? 256 : 512; }

/// a, in slices along k: packed[slice][panel][step][row][lane], the last step of all
/// padded with zeros.
static void pack_dots(const product *of, float *packed) {
    const size_t lanes = of->wide ? WIDE_LANES : LANES;
    const size_t deepest = slice_depth(of), panels = panels_of(of);
    for (size_t slice = 0; slice < of->k; slice += deepest) {
        const size_t end = smaller(of->k, slice + deepest);
        for (size_t panel = 0; panel < panels; panel++) {
            const size_t first = part(of->m, panels, panel);
            const size_t last = part(of->m, panels, panel + 1);
            for (size_t p = slice; p < end; p += lanes) {
                for (size_t i = first; i < last; i++, packed += lanes) {
                    const float *a = of->a + i * of->a_row + p * of->a_depth;
                    if (of->a_depth == 1 && p + lanes <= end) {
                        memcpy(packed, a, lanes * sizeof(float));
                        continue;
                    }
                    for (size_t lane = 0; lane < lanes; lane++)
                        packed[lane] = p + lane < end ? a[lane * of->a_depth] : 0.0f;
                }
            }
        }
    }
}

/// Floats of a packed a.
static size_t packed_size(const product *of) {
    return of->m * ceil_div(of->k, WIDE_LANES) * WIDE_LANES;
}

/// totals[i] (+)= the sum of the lanes of sums[i]; whole vectors of totals are written.
INLINE void sum_all(float *totals, const vector *sums, size_t count, bool add) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < count; i += LANES) {
        vector x[LANES], y;
#pragma clang loop unroll(full)
        for (size_t l = 0; l < LANES; l++) x[l] = i + l < count ? sums[i + l] : 0.0f;
        sum_each(&y, x);
        AT(totals + i) = add ? AT(totals + i) + y : y;
    }
}

INLINE void sum_all_wide(float *totals, const wide_vector *sums, size_t count, bool add) {
    size_t first = 0;
    if (count > LANES) {
        wide_vector x[WIDE_LANES], y;
#pragma clang loop unroll(full)
        for (size_t l = 0; l < WIDE_LANES; l++) x[l] = l < count ? sums[l] : 0.0f;
        sum_each_wide(&y, x);
        WIDE_AT(totals) = add ? WIDE_AT(totals) + y : y;
        first = WIDE_LANES;
    }
    vector halves[LANES];
#pragma clang loop unroll(full)
    for (size_t i = first; i < count; i++) {
        const wide_vector x = sums[i];
        halves[i - first] = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
            + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    }
    if (first < count) sum_all(totals + first, halves, count - first, add);
}

/// totals [rows, columns] (+)= dot products of a panel's rows with rows of b; they go to c when
/// they are complete. Meanwhile the values `ahead` behind those of b are fetched. `rows` and
/// `columns` are constants where this is inlined, and rows · columns ≤ TOTALS.
#define DOT_TILE(name, vector_type, load, lanes, sum_up)                                           \
    INLINE void name(float *totals, float *c, size_t c_row, const float *a, const float *b,        \
        size_t b_row, size_t depth, size_t rows, size_t columns, bool add, bool complete,          \
        ptrdiff_t ahead) {                                                                         \
        vector_type sum[TOTALS];                                                                   \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows * columns; i++) sum[i] =    \
            0.0f;                                                                                  \
        size_t p = 0;                                                                              \
        for (; p + lanes <= depth; p += lanes, a += rows * lanes) {                                \
            vector_type bj[4];                                                                     \
            _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++) {              \
                bj[j] = load(b + j * b_row + p);                                                   \
                if (rows > 1) FETCH(b + j * b_row + p + ahead);                                    \
            }                                                                                      \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                 \
                const vector_type ai = load(a + i * lanes);                                        \
                _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++)            \
                    sum[i * columns + j] += ai * bj[j];                                            \
            }                                                                                      \
        }                                                                                          \
        if (p < depth) {                                                                           \
            _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++) {              \
                vector_type bj = 0.0f;                                                             \
                for (size_t l = 0; l < depth - p; l++) bj[l] = b[j * b_row + p + l];               \
                _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++)               \
                    sum[i * columns + j] += load(a + i * lanes) * bj;                              \
            }                                                                                      \
        }                                                                                          \
        sum_up(totals, sum, rows *columns, add);                                                   \
        if (!complete) return;                                                                     \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++)                       \
            memcpy(c + i * c_row, totals + i * columns, columns * sizeof(float));                  \
    }

DOT_TILE(dot_tile, vector, AT, LANES, sum_all)
DOT_TILE(dot_wide_tile, wide_vector, WIDE_AT, WIDE_LANES, sum_all_wide)

/// Some columns of c, for some rows of b.
INLINE void dot(const dots_job *job, size_t task, bool wide) {
    const size_t left = part(job->of.n, job->tasks, task),
                 right = part(job->of.n, job->tasks, task + 1);
    const size_t lanes = wide ? WIDE_LANES : LANES, deepest = slice_depth(&job->of);
    bool is_new;
    float *packed = own_copy(job->copies, packed_size(&job->of), &is_new);
    if (is_new) pack_dots(&job->of, packed);
    const float *a = packed;
    float totals[TASK_ROWS * 2 * TOTALS];
    for (size_t slice = 0; slice < job->of.k; slice += deepest) {
        const size_t depth = smaller(deepest, job->of.k - slice);
        const size_t padded = ceil_div(depth, lanes) * lanes;
        const bool add = slice > 0, complete = slice + depth == job->of.k;
        float *total = totals;
        for (size_t j = left, width; j < right; j += width) {
            const float *b = job->of.b + j * job->of.k + slice, *panel_a = a;
            width = right - j >= 4 && job->of.m <= 3 ? 4 : right - j >= 2 ? 2 : 1;
            // To the next rows, or to the first ones in the next slice.
            const ptrdiff_t ahead = j + width < right ? (ptrdiff_t)(width * job->of.k)
                : complete                            ? 0
                           : (ptrdiff_t)deepest - (ptrdiff_t)((j - left) * job->of.k);
            for (size_t panel = 0; panel < job->panels; panel++, total += TOTALS) {
                const size_t row = part(job->of.m, job->panels, panel);
                const size_t rows = part(job->of.m, job->panels, panel + 1) - row;
                float *c = job->of.c + row * job->of.n + j;
#define TILE(rows, columns)                                                                        \
    case rows * 8 + columns:                                                                       \
        if (wide) {                                                                                \
            dot_wide_tile(total, c, job->of.n, panel_a, b, job->of.k, depth, rows, columns, add,   \
                complete, ahead);                                                                  \
        } else if (rows <= ROWS) {                                                                 \
            dot_tile(total, c, job->of.n, panel_a, b, job->of.k, depth, smaller(rows, ROWS),       \
                columns, add, complete, ahead);                                                    \
        }                                                                                          \
        break;
#define TILES(rows) TILE(rows, 2) TILE(rows, 1)
                // clang-format off
                switch (rows * 8 + width) {
                    TILES(12) TILES(11) TILES(10) TILES(9) TILES(8) TILES(7) TILES(6) TILES(5)
                    TILES(4) TILES(3) TILES(2) TILES(1) TILE(3, 4) TILE(2, 4) TILE(1, 4)
                }
                // clang-format on
#undef TILES
#undef TILE
                panel_a += rows * padded;
            }
        }
        a += job->of.m * padded;
    }
}

KERNEL_WIDE_TASK(dot_columns, context, task, wide) { dot(context, task, wide); }

size_t matmul_dots_scratch(const product *of, int threads) {
    return copies_size(packed_size(of), threads);
}

void matmul_dots(kernel_pool *pool, const product *of, float *scratch) {
    dots_job job = {.of = *of, .copies = scratch, .panels = panels_of(of)};
    job.tasks = even_tasks(ceil_div(of->n, TASK_ROWS), kernel_pool_threads(pool));
    forget_copies(scratch, packed_size(of), kernel_pool_threads(pool));
    kernel_pool_run(pool, job.tasks, dot_columns, &job);
}
