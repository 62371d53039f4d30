// a in panels.
#include "matmul_pack.h"

#include <string.h>

enum { TASK = 16384 };  // values of a

typedef struct {
    const product *of;
    float *packed;
    size_t panels, tasks;
} packing_job;

/// A panel of a, all of k.
INLINE void pack_panel(const packing_job *job, size_t panel) {
    const product *of = job->of;
    const size_t row = part(of->m, job->panels, panel);
    const size_t rows = part(of->m, job->panels, panel + 1) - row;
    const float *a = of->a + row * of->a_row;
    float *packed = job->packed + row * of->k;
    if (of->a_depth == 1) {
        pack_transposed(packed, rows, a, of->a_row, of->k, rows);
        return;
    }
    size_t p = 0;
    for (; p + 2 * LANES < of->k; p++) {
        AT(packed + p * rows) = AT(a + p * of->a_depth);
        if (rows > LANES) AT(packed + p * rows + LANES) = AT(a + p * of->a_depth + LANES);
    }
    for (; p < of->k; p++) memcpy(packed + p * rows, a + p * of->a_depth, rows * sizeof(float));
}

KERNEL_TASK(pack_panels, context, task) {
    const packing_job *job = context;
    const size_t end = part(job->panels, job->tasks, task + 1);
    for (size_t panel = part(job->panels, job->tasks, task); panel < end; panel++)
        pack_panel(job, panel);
}

void matmul_pack(kernel_pool *pool, const product *of, float *packed) {
    packing_job job = {of, packed, panels_of(of), 1};
    job.tasks = larger(1, smaller(job.panels, of->m * of->k / TASK));
    kernel_pool_run(pool, job.tasks, pack_panels, &job);
}

void matmul_pack_alone(const product *of, float *packed) {
    packing_job job = {of, packed, panels_of(of), 1};
    pack_panels(&job, 0);
}
