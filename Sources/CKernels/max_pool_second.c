// The gradient of max pooling's gradient: it is linear in dy, so that it is read where dy was
// written.
#include "include/CKernels.h"
#include "vector.h"
#include "windows.h"

enum { TASK = 8192 };  // values a task reads, about

typedef struct {
    float *dy;
    const float *x, *y, *dx;
    kernel_conv2d_shape shape;
    size_t tasks;
} gathering;

/// dy = dx at the first place of the window at x where x equals y, or is a NaN; 0 if there is none.
INLINE void gather_window(float *dy, const float *x, const float *y, const float *dx, size_t rows,
    size_t columns, size_t row_step, size_t c, size_t count) {
    vector best;
    load_channels(&best, y, count);
    ivector open = -1, found = 0;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const size_t place = i * row_step + j * c;
            vector value, given;
            load_channels(&value, x + place, count);
            load_channels(&given, dx + place, count);
            const ivector hit = ((value == best) | (value != value)) & open;
            open &= ~hit;
            found |= (ivector)given & hit;
        }
    }
    const vector result = (vector)found;
    store_channels(dy, &result, count);
}

/// Some rows of dy.
KERNEL_TASK(gather_rows, context, task) {
    const gathering *job = context;
    const kernel_conv2d_shape s = job->shape;
    const size_t end = part(s.n * s.p, job->tasks, task + 1), row_step = s.w * s.c;
    for (size_t row = part(s.n * s.p, job->tasks, task); row < end; row++) {
        const span vertical = window(row % s.p, s.stride_h, s.pad_top, s.r, s.h);
        const size_t rows = vertical.last - vertical.first;
        const size_t image_row = (row / s.p * s.h + vertical.first) * row_step;
        for (size_t q = 0; q < s.q; q++) {
            const span horizontal = window(q, s.stride_w, s.pad_left, s.s, s.w);
            const size_t columns = horizontal.last - horizontal.first;
            const size_t from = image_row + horizontal.first * s.c, to = (row * s.q + q) * s.c;
            const float *x = job->x + from, *dx = job->dx + from, *y = job->y + to;
            float *dy = job->dy + to;
            if (s.c < LANES) {
                gather_window(dy, x, y, dx, rows, columns, row_step, s.c, s.c);
                continue;
            }
            for (size_t c = 0; c < s.c; c += LANES) {
                const size_t i = smaller(c, s.c - LANES);
                if (rows == 2 && columns == 2) {
                    gather_window(dy + i, x + i, y + i, dx + i, 2, 2, row_step, s.c, LANES);
                } else {
                    gather_window(
                        dy + i, x + i, y + i, dx + i, rows, columns, row_step, s.c, LANES);
                }
            }
        }
    }
}

void kernel_max_pool_second_gradient(kernel_pool *pool, float *dy, const float *x, const float *y,
    const float *dx, const kernel_conv2d_shape *shape) {
    const size_t rows = shape->n * shape->p, work = shape->n * shape->h * shape->w * shape->c;
    gathering job = {dy, x, y, dx, *shape, .tasks = larger(1, smaller(rows, work / TASK))};
    kernel_pool_run(pool, rows == 0 ? 0 : job.tasks, gather_rows, &job);
}
