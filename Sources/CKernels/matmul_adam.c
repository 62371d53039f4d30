// A weight's gradient and its steps of Adam, in the way that is asked for.
#include "matmul_adam.h"
#include "matmul.h"

/// The product that a term adds to the gradient.
static kernel_matmul_shape shape_of(const weight_update *update, size_t term) {
    return (kernel_matmul_shape){update->rows, update->columns, update->terms[term].k, true, false};
}

/// Floats that the gradient takes, and its products beside it.
static size_t stored_scratch(const weight_update *update, int threads) {
    size_t most = 0;
    for (size_t t = 0; t < update->term_count; t++) {
        const kernel_matmul_shape shape = shape_of(update, t);
        most = larger(most, kernel_matmul_scratch(&shape, kernel_matmul_choose(&shape), threads));
        most = larger(most, kernel_matmul_scratch(&shape, KERNEL_MATMUL_PACKED, threads));
    }
    return update->rows * update->columns + most;
}

/// Makes the gradient, and then updates the weight by it.
static void update_by_stored(kernel_pool *pool, const weight_update *update, float *scratch) {
    const size_t size = update->rows * update->columns;
    float *g = scratch, *rest = scratch + size;
    for (size_t t = 0; t < update->term_count; t++) {
        const kernel_product *term = &update->terms[t];
        const kernel_matmul_shape shape = shape_of(update, t);
        if (t == 0) {
            kernel_matmul(pool, kernel_matmul_choose(&shape), g, term->a, term->b, &shape, rest);
        } else if (size > 0 && term->k > 0) {
            const product of = matmul_product(g, term->a, term->b, &shape);
            matmul_packed(pool, &of, true, rest);
        }
    }
    const adam_rates *rates = &update->rates;
    kernel_adam(pool, update->var, update->m, update->v, g, size, update->times, rates->lr,
        rates->beta1, rates->beta2, rates->epsilon);
}

size_t kernel_matmul_adam_rows(kernel_matmul_adam_way way) {
    return way == KERNEL_MATMUL_ADAM_PACKED ? PACKED_ROWS : 1;
}

size_t kernel_matmul_adam_scratch(kernel_matmul_adam_way way, size_t rows, size_t columns,
    const kernel_product *terms, size_t term_count, int threads) {
    if (way != KERNEL_MATMUL_ADAM_STORED) return 0;
    const weight_update update = {
        .rows = rows, .columns = columns, .terms = terms, .term_count = term_count};
    return stored_scratch(&update, threads);
}

void kernel_matmul_adam(kernel_pool *pool, kernel_matmul_adam_way way, float *var, float *m,
    float *v, size_t rows, size_t columns, const kernel_product *terms, size_t term_count,
    size_t times, float lr, float beta1, float beta2, float epsilon, float *scratch) {
    weight_update update = {.var = var,
        .m = m,
        .v = v,
        .rows = rows,
        .columns = columns,
        .terms = terms,
        .term_count = term_count,
        .times = times,
        .rates = {lr, beta1, beta2, epsilon}};
    for (size_t t = 0; t < term_count; t++) update.depth += terms[t].k;
    if (rows == 0 || columns == 0) return;
    switch (way) {
    case KERNEL_MATMUL_ADAM_STREAMED: matmul_adam_streamed(pool, &update); break;
    case KERNEL_MATMUL_ADAM_PACKED: matmul_adam_packed(pool, &update); break;
    case KERNEL_MATMUL_ADAM_STORED: update_by_stored(pool, &update, scratch); break;
    }
}
