// Sums of all values, of rows and of columns.
#include "checks.h"

typedef struct {
    const float *x, *center;
    size_t rows, columns;
} reduction_case;

static void run_sum(void *context, kernel_pool *pool, float *out) {
    const reduction_case *t = context;
    kernel_sum_columns(pool, out, t->x, 1, t->rows * t->columns);
}

static void run_sum_rows(void *context, kernel_pool *pool, float *out) {
    const reduction_case *t = context;
    kernel_sum_rows(pool, out, t->x, t->rows, t->columns);
}

static void run_sum_rows_of_squares(void *context, kernel_pool *pool, float *out) {
    const reduction_case *t = context;
    kernel_sum_rows_of_squares(pool, out, t->x, t->center, t->rows, t->columns);
}

static void run_sum_columns(void *context, kernel_pool *pool, float *out) {
    const reduction_case *t = context;
    kernel_sum_columns(pool, out, t->x, t->rows, t->columns);
}

void check_reduction(checks *c) {
    reduction_case t = {.rows = pick_size(c, 3000), .columns = pick_size(c, 90)};
    // A wide one, and one whose rows are left to threads.
    if (pick(c, 0, 3) == 0) t.columns = pick(c, 1, 9000), t.rows = pick(c, 1, 20);
    if (pick(c, 0, 9) == 0) t.columns = pick(c, 1, 16), t.rows = pick(c, 4000, 20000);
    const size_t n = t.rows * t.columns;
    describe(c, "[%zu, %zu]", t.rows, t.columns);
    t.x = random_floats(c, n), t.center = random_floats(c, t.columns);
    expected_values all = expect(c, 1), rows = expect(c, t.columns), columns = expect(c, t.rows);
    expected_values squares = expect(c, t.columns);
    for (size_t i = 0; i < n; i++) {
        const size_t j = i % t.columns;
        const double apart = (double)t.x[i] - t.center[j];
        expect_term(&all, 0, t.x[i]);
        expect_term(&rows, j, t.x[i]);
        expect_term(&columns, i / t.columns, t.x[i]);
        expect_term(&squares, j, apart * apart);
    }
    // Rows are added in TensorFlow's order, which may be one after another: the error is a share of
    // the number of rows, by which running sums of one sign grow.
    const double growing = 1e-6 * (1 + (double)t.rows / 64);
    check_kernel(c, "sum", all, SUM_TOLERANCE, run_sum, &t);
    check_kernel(
        c, "sum_rows", rows, SUM_TOLERANCE * (1 + (double)t.rows / 2048), run_sum_rows, &t);
    check_kernel(c, "sum_columns", columns, SUM_TOLERANCE, run_sum_columns, &t);
    if (t.columns < 2) return;
    check_kernel(c, "sum_rows_of_squares", squares, growing, run_sum_rows_of_squares, &t);
}
