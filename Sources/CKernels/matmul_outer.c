// c = a · b for one column of a and one row of b (k = 1): each row of c is b, scaled.
#include "matmul.h"

enum { TASK = 16384 };  // values of c

typedef struct {
    product of;
    size_t tasks;
} outer_job;

/// Some rows of c.
KERNEL_TASK(multiply_each, context, task) {
    const outer_job *job = context;
    const product *of = &job->of;
    const size_t end = part(of->m, job->tasks, task + 1);
    for (size_t i = part(of->m, job->tasks, task); i < end; i++) {
        float *c = of->c + i * of->n;
        const float scalar = of->a[i * of->a_row];
        const vector factor = scalar;
        size_t j = 0;
        for (; j + LANES <= of->n; j += LANES) AT(c + j) = AT(of->b + j) * factor;
        for (; j < of->n; j++) c[j] = of->b[j] * scalar;
    }
}

void matmul_outer(kernel_pool *pool, const product *of) {
    outer_job job = {*of, larger(1, smaller(of->m, of->m * of->n / TASK))};
    kernel_pool_run(pool, job.tasks, multiply_each, &job);
}
