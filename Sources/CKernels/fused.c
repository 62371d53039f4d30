// Runs of element-wise kernels over cache-sized tiles.
//
// Each step is one of the element-wise kernels, on a tile at a time; what only later steps read stays in a register, a tile on the
// stack, and never reaches memory. Operands that repeat (a bias, a batch norm's scale) are repeated once into a tile beforehand.
#include <string.h>

#include "include/CKernels.h"
#include "vector.h"

enum { TILES_A_TASK = 8 };

typedef struct {
    const kernel_step *steps;
    size_t step_count, tile, n;
} fused;

/// Where a step finds (or leaves) the values from `start` on.
INLINE float *place(const kernel_operand *operand, float registers[][KERNEL_TILE], size_t start) {
    return operand->memory == NULL ? registers[operand->index] : operand->memory + start * operand->stride;
}

static void run_tiles(void *context, size_t task) {
    const fused *job = context;
    float registers[KERNEL_REGISTERS][KERNEL_TILE];
    const size_t grain = TILES_A_TASK * job->tile, end = smaller(job->n, (task + 1) * grain);
    for (size_t start = task * grain; start < end; start += job->tile) {
        const size_t count = smaller(job->tile, end - start);
        for (size_t i = 0; i < job->step_count; i++) {
            const kernel_step *step = &job->steps[i];
            float *out = place(&step->out, registers, start), *x = place(&step->x, registers, start);
            if (step->binary != NULL) {
                step->binary(out, x, place(&step->y, registers, start), count);
            } else if (step->unary != NULL) {
                step->unary(out, x, count);
            } else {
                memcpy(out, x, count * sizeof(float));
            }
        }
    }
}

void kernel_fused(
    kernel_pool *pool, const kernel_step *steps, size_t step_count, const kernel_row *rows, size_t row_count,
    size_t tile, size_t n) {
    for (size_t i = 0; i < row_count; i++) {
        kernel_repeat_row(rows[i].tile, rows[i].row, smaller(tile, n) / rows[i].columns, rows[i].columns);
    }
    fused job = {steps, step_count, tile, n};
    kernel_pool_run(pool, ceil_div(n, TILES_A_TASK * tile), run_tiles, &job);
}
