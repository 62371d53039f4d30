// Images into blocks and out of them: transpositions of [N, size], sixteen rows at a time.
#include "blocked.h"

enum { TASK = 1024 };  // values of each image that a task takes

typedef struct {
    float *to;
    const float *from;
    size_t n, size, pieces;
} work;

/// A piece of a block's images, into the block or out of it. `blocks` is a constant where this is
/// inlined.
INLINE void convert_piece(const work *job, size_t task, bool blocks) {
    const size_t block = task / job->pieces, piece = task % job->pieces;
    const size_t lanes = block_lanes(job->n, block), end = part(job->size, job->pieces, piece + 1);
    const float *from = job->from + block * BLOCK * job->size;
    float *to = job->to + block * BLOCK * job->size;
    // From one value of an image to the next, and from one image to the next.
    const size_t value = blocks ? BLOCK : 1, image = blocks ? 1 : job->size;
    const size_t from_value = blocks ? 1 : BLOCK, from_image = blocks ? job->size : 1;
    size_t i = part(job->size, job->pieces, piece);
    for (; lanes == BLOCK && i + LANES <= end; i += LANES) {
        for (size_t half = 0; half < BLOCK; half += LANES) {
            vector x[LANES], y[LANES];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) {
                x[j] = AT(blocks ? from + (half + j) * from_image + i
                                 : from + (i + j) * from_value + half);
            }
            transpose(y, x);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) {
                AT(blocks ? to + (i + j) * value + half : to + (half + j) * image + i) = y[j];
            }
        }
    }
    for (; i < end; i++) {
        for (size_t lane = 0; lane < lanes; lane++)
            to[i * value + lane * image] = from[i * from_value + lane * from_image];
        for (size_t lane = lanes; blocks && lane < BLOCK; lane++) to[i * value + lane] = 0.0f;
    }
}

KERNEL_TASK(block_piece, context, task) { convert_piece(context, task, true); }

KERNEL_TASK(unblock_piece, context, task) { convert_piece(context, task, false); }

static void convert(kernel_pool *pool, work job, void (*body)(void *, size_t)) {
    job.pieces = larger(1, job.size / TASK);
    kernel_pool_run(pool, ceil_div(job.n, BLOCK) * job.pieces, body, &job);
}

void kernel_block_images(kernel_pool *pool, float *to, const float *from, size_t n, size_t size) {
    convert(pool, (work){to, from, n, size, 0}, block_piece);
}

void kernel_unblock_images(kernel_pool *pool, float *to, const float *from, size_t n, size_t size) {
    convert(pool, (work){to, from, n, size, 0}, unblock_piece);
}
