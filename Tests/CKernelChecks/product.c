// Products, and weights' updates by gradients that are products.
#include "checks.h"

#include <math.h>
#include <string.h>

typedef struct {
    checks *c;
    kernel_matmul_shape shape;
    kernel_matmul_way way;
    const float *a, *b;
} product_case;

static void run_product(void *context, kernel_pool *pool, float *out) {
    const product_case *t = context;
    const int threads = kernel_pool_threads(pool);
    float *scratch = unwritten_floats(t->c, kernel_matmul_scratch(&t->shape, t->way, threads));
    kernel_matmul(pool, t->way, out, t->a, t->b, &t->shape, scratch);
}

void check_product(checks *c) {
    product_case t = {.c = c};
    kernel_matmul_shape *s = &t.shape;
    *s = (kernel_matmul_shape){
        pick_size(c, 90), pick_size(c, 200), pick_size(c, 700), flip(c), flip(c)};
    // Some large ones, of which threads take halves.
    if (pick(c, 0, 19) == 0) s->m = pick(c, 1, 16), s->n = pick(c, 1, 600), s->k = 2500;
    describe(c, "m %zu, n %zu, k %zu%s%s", s->m, s->n, s->k, s->transpose_a ? ", a transposed" : "",
        s->transpose_b ? ", b transposed" : "");
    t.a = random_floats(c, s->m * s->k);
    t.b = random_floats(c, s->k * s->n);
    expected_values e = expect(c, s->m * s->n);
    for (size_t i = 0; i < s->m; i++) {
        for (size_t j = 0; j < s->n; j++) {
            for (size_t p = 0; p < s->k; p++) {
                const float a = t.a[s->transpose_a ? p * s->m + i : i * s->k + p];
                const float b = t.b[s->transpose_b ? j * s->k + p : p * s->n + j];
                expect_term(&e, i * s->n + j, (double)a * b);
            }
        }
    }
    const kernel_matmul_way ways[] = {kernel_matmul_choose(s), KERNEL_MATMUL_PACKED};
    for (size_t i = 0; i < (ways[0] == ways[1] ? 1 : 2); i++) {
        t.way = ways[i];
        check_kernel(c, "product", e, SUM_TOLERANCE, run_product, &t);
    }
}

// MARK: Updates

enum { MOST_TERMS = 3 };

typedef struct {
    checks *c;
    kernel_matmul_adam_way way;
    size_t rows, columns, term_count, times;
    const float *var, *m, *v;
    kernel_product terms[MOST_TERMS];
} update_case;

static const float rate = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;

/// out: var, m and v, one after another.
static void run_update(void *context, kernel_pool *pool, float *out) {
    const update_case *t = context;
    const size_t size = t->rows * t->columns;
    const int threads = kernel_pool_threads(pool);
    float *scratch = unwritten_floats(t->c,
        kernel_matmul_adam_scratch(t->way, t->rows, t->columns, t->terms, t->term_count, threads));
    memcpy(out, t->var, size * sizeof(float));
    memcpy(out + size, t->m, size * sizeof(float));
    memcpy(out + 2 * size, t->v, size * sizeof(float));
    kernel_matmul_adam(pool, t->way, out, out + size, out + 2 * size, t->rows, t->columns, t->terms,
        t->term_count, t->times, rate, beta1, beta2, epsilon, scratch);
}

/// What Adam makes of a value by a gradient that may be wrong by `error`. A step is a quotient: with
/// v as large as here, its error is as large a share of the rate as the gradient's of itself.
static void expect_step(
    expected_values *e, size_t i, size_t n, const update_case *t, double g, double error) {
    double var = t->var[i], m = t->m[i], v = t->v[i];
    for (size_t time = 0; time < t->times; time++) {
        m += (g - m) * (1 - (double)beta1);
        v += (g * g - v) * (1 - (double)beta2);
        var -= (double)rate * m / (sqrt(v) + (double)epsilon);
    }
    const double times = (double)t->times;
    e->values[i] = var, e->values[n + i] = m, e->values[2 * n + i] = v;
    e->sizes[i] = fabs(var) + times * (1 + error) * 10 * (double)rate;
    e->sizes[n + i] = fabs(m) + fabs(g) + error;
    e->sizes[2 * n + i] = fabs(v) + g * g + 2 * fabs(g) * error + error * error;
}

/// v from 0.25 to 1, as if it had been trained for a while.
static const float *variances(checks *c, size_t n) {
    float *v = random_floats(c, n);
    for (size_t i = 0; i < n; i++) v[i] = 0.25f + 0.75f * fabsf(v[i]);
    return v;
}

void check_weight_update(checks *c) {
    update_case t = {.c = c,
        .rows = pick_size(c, 120),
        .columns = pick_size(c, 300),
        .term_count = pick(c, 1, MOST_TERMS),
        .times = pick(c, 1, 2)};
    if (pick(c, 0, 29) == 0) t.columns = 1100;  // more than a block
    const size_t size = t.rows * t.columns;
    for (size_t i = 0; i < t.term_count; i++) {
        t.terms[i].k = flip(c) ? pick(c, 0, 40) : pick(c, 1, 200);
    }
    const kernel_matmul_adam_way chosen =
        kernel_matmul_adam_choose(t.rows, t.columns, t.terms, t.term_count);
    // Each a may be columns of a wider array.
    const bool are_wider = flip(c) && chosen != KERNEL_MATMUL_ADAM_STORED;
    for (size_t i = 0; i < t.term_count; i++) {
        kernel_product *p = &t.terms[i];
        const size_t before = are_wider ? pick(c, 0, 20) : 0;
        p->a_row = are_wider ? before + t.rows + pick(c, 0, 20) : 0;
        p->a = random_floats(c, p->k * (are_wider ? p->a_row : t.rows));
        if (p->k > 0) p->a += before;
        p->b = random_floats(c, p->k * t.columns);
    }
    describe(c, "%zu x %zu, %zu terms of %zu %zu %zu, rows of %zu %zu %zu, %zu times", t.rows,
        t.columns, t.term_count, t.terms[0].k, t.terms[1].k, t.terms[2].k, t.terms[0].a_row,
        t.terms[1].a_row, t.terms[2].a_row, t.times);
    t.var = random_floats(c, size), t.m = random_floats(c, size), t.v = variances(c, size);
    expected_values e = expect(c, 3 * size);
    for (size_t i = 0; i < size; i++) {
        double g = 0, terms = 0;
        for (size_t term = 0; term < t.term_count; term++) {
            const kernel_product *p = &t.terms[term];
            const size_t a_row = p->a_row ? p->a_row : t.rows;
            for (size_t k = 0; k < p->k; k++) {
                const double product =
                    (double)p->a[k * a_row + i / t.columns] * p->b[k * t.columns + i % t.columns];
                g += product;
                terms += fabs(product);
            }
        }
        expect_step(&e, i, size, &t, g, terms);
    }
    const kernel_matmul_adam_way ways[] = {chosen, KERNEL_MATMUL_ADAM_STORED};
    for (size_t i = 0; i < (are_wider || chosen == ways[1] ? 1 : 2); i++) {
        t.way = ways[i];
        check_kernel(c, "weight update", e, SUM_TOLERANCE, run_update, &t);
    }
}
