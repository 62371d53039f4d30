// c = a · b by packed panels and a register-blocked inner loop.
//
// c is cut into tiles of ROWS × COLUMNS values, which the inner loop keeps in registers (12 of AVX2's 16) while it runs over k. It
// reads a in panels of ROWS rows and b in panels of COLUMNS columns, both stored k-major and zero-padded, so that its reads are
// consecutive whatever the operands' layout: transposition is a matter of packing alone. k is cut into DEPTH slices so
// that a panel of b stays in the first-level cache, and c into blocks, which are the pool's tasks. A task packs its part of b itself,
// into a buffer that stays in the second-level cache; a is packed once for all.
#include "include/CKernels.h"
#include "vector.h"

enum {
    ROWS = 6,
    COLUMNS = 16,
    DEPTH = 256,
    BLOCK_COLUMNS = 8 * COLUMNS,
    BLOCK_ROWS = 32 * ROWS,
};

typedef struct {
    float *c;
    const float *a, *b;
    size_t m, n, k;
    size_t a_row, a_depth, b_depth, b_column;       // distances between neighbours along m and k, and along k and n
    float *packed_a, *packed_b;
    size_t row_blocks, column_blocks;
} product;

/// packed[p, i] = x[i, p] for i in 0..<width, and 0 up to the panel's width.
INLINE void pack_panel(
    float *packed, const float *x, size_t width, size_t panel, size_t depth, size_t step, size_t depth_step) {
    for (size_t p = 0; p < depth; p++, packed += panel, x += depth_step) {
        if (step == 1 && width == panel && panel == COLUMNS) {
            AT(packed) = AT(x);
            AT(packed + LANES) = AT(x + LANES);
        } else {
            for (size_t i = 0; i < width; i++) packed[i] = x[i * step];
            for (size_t i = width; i < panel; i++) packed[i] = 0.0f;
        }
    }
}

/// A panel of a: all of k.
KERNEL_CLONES static void pack_a(void *context, size_t panel) {
    const product *job = context;
    const size_t row = panel * ROWS;
    pack_panel(
        job->packed_a + row * job->k, job->a + row * job->a_row, smaller(ROWS, job->m - row), ROWS,
        job->k, job->a_row, job->a_depth);
}

/// c [rows, columns] (+)= a panel of a · a panel of b.
INLINE void multiply_tile(
    float *c, size_t c_row, const float *a, const float *b, size_t depth, size_t rows, size_t columns, bool add) {
    vector sum[ROWS][2];
    for (size_t i = 0; i < ROWS; i++) sum[i][0] = sum[i][1] = 0.0f;
    for (size_t p = 0; p < depth; p++, a += ROWS, b += COLUMNS) {
        const vector b0 = AT(b), b1 = AT(b + LANES);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < ROWS; i++) {
            const vector ai = a[i];
            sum[i][0] += ai * b0;
            sum[i][1] += ai * b1;
        }
    }
    if (rows == ROWS && columns == COLUMNS) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < ROWS; i++) {
            AT(c + i * c_row) = add ? AT(c + i * c_row) + sum[i][0] : sum[i][0];
            AT(c + i * c_row + LANES) = add ? AT(c + i * c_row + LANES) + sum[i][1] : sum[i][1];
        }
    } else {
        float tile[ROWS * COLUMNS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < ROWS; i++) {
            AT(tile + i * COLUMNS) = sum[i][0];
            AT(tile + i * COLUMNS + LANES) = sum[i][1];
        }
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < columns; j++) {
                c[i * c_row + j] = add ? c[i * c_row + j] + tile[i * COLUMNS + j] : tile[i * COLUMNS + j];
            }
        }
    }
}

/// One block of c.
KERNEL_CLONES static void multiply_block(void *context, size_t task) {
    const product *job = context;
    const size_t top = task / job->column_blocks * BLOCK_ROWS, left = task % job->column_blocks * BLOCK_COLUMNS;
    const size_t bottom = smaller(job->m, top + BLOCK_ROWS), right = smaller(job->n, left + BLOCK_COLUMNS);
    float *packed_b = job->packed_b + task * DEPTH * BLOCK_COLUMNS;
    for (size_t p = 0; p < job->k; p += DEPTH) {
        const size_t depth = smaller(DEPTH, job->k - p);
        for (size_t j = left; j < right; j += COLUMNS) {
            pack_panel(
                packed_b + (j - left) * depth, job->b + p * job->b_depth + j * job->b_column,
                smaller(COLUMNS, right - j), COLUMNS, depth, job->b_column, job->b_depth);
        }
        for (size_t j = left; j < right; j += COLUMNS) {
            for (size_t i = top; i < bottom; i += ROWS) {
                multiply_tile(
                    job->c + i * job->n + j, job->n, job->packed_a + i * job->k + p * ROWS,
                    packed_b + (j - left) * depth, depth, smaller(ROWS, bottom - i), smaller(COLUMNS, right - j), p > 0);
            }
        }
    }
}

size_t kernel_matmul_scratch(size_t m, size_t n, size_t k, bool transpose_a, bool transpose_b) {
    (void)transpose_a, (void)transpose_b;
    return ceil_div(m, ROWS) * ROWS * k + ceil_div(m, BLOCK_ROWS) * ceil_div(n, BLOCK_COLUMNS) * DEPTH * BLOCK_COLUMNS;
}

void kernel_matmul(
    kernel_pool *pool, float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
    bool transpose_a, bool transpose_b, float *scratch) {
    if (m == 0 || n == 0) return;
    if (k == 0) {
        kernel_fill(c, 0.0f, m * n);
        return;
    }
    product job = {
        .c = c, .a = a, .b = b, .m = m, .n = n, .k = k,
        .a_row = transpose_a ? 1 : k, .a_depth = transpose_a ? m : 1,
        .b_depth = transpose_b ? 1 : n, .b_column = transpose_b ? k : 1,
        .packed_a = scratch, .packed_b = scratch + ceil_div(m, ROWS) * ROWS * k,
        .row_blocks = ceil_div(m, BLOCK_ROWS), .column_blocks = ceil_div(n, BLOCK_COLUMNS),
    };
    kernel_pool_run(pool, ceil_div(m, ROWS), pack_a, &job);
    kernel_pool_run(pool, job.row_blocks * job.column_blocks, multiply_block, &job);
}
