// Images into blocks and out of them: transpositions of [N, size], sixteen rows at a time.
#include "blocked.h"

enum { TASK = 1024 };  // values of each image that a task takes

typedef struct {
    float *to;
    const float *from;
    size_t n, size, pieces;
} work;

KERNEL_CLONES static void block_piece(void *context, size_t task) {
    const work *job = context;
    const size_t block = task / job->pieces, piece = task % job->pieces;
    const size_t lanes = block_lanes(job->n, block), end = part(job->size, job->pieces, piece + 1);
    const float *from = job->from + block * BLOCK * job->size;
    float *to = job->to + block * BLOCK * job->size;
    size_t i = part(job->size, job->pieces, piece);
    for (; lanes == BLOCK && i + LANES <= end; i += LANES) {
        for (size_t half = 0; half < BLOCK; half += LANES) {
            vector x[LANES], y[LANES];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) x[j] = AT(from + (half + j) * job->size + i);
            transpose(y, x);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) AT(to + (i + j) * BLOCK + half) = y[j];
        }
    }
    for (; i < end; i++) {
        for (size_t lane = 0; lane < BLOCK; lane++)
            to[i * BLOCK + lane] = lane < lanes ? from[lane * job->size + i] : 0.0f;
    }
}

KERNEL_CLONES static void unblock_piece(void *context, size_t task) {
    const work *job = context;
    const size_t block = task / job->pieces, piece = task % job->pieces;
    const size_t lanes = block_lanes(job->n, block), end = part(job->size, job->pieces, piece + 1);
    const float *from = job->from + block * BLOCK * job->size;
    float *to = job->to + block * BLOCK * job->size;
    size_t i = part(job->size, job->pieces, piece);
    for (; lanes == BLOCK && i + LANES <= end; i += LANES) {
        for (size_t half = 0; half < BLOCK; half += LANES) {
            vector x[LANES], y[LANES];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) x[j] = AT(from + (i + j) * BLOCK + half);
            transpose(y, x);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < LANES; j++) AT(to + (half + j) * job->size + i) = y[j];
        }
    }
    for (; i < end; i++) {
        for (size_t lane = 0; lane < lanes; lane++) to[lane * job->size + i] = from[i * BLOCK + lane];
    }
}

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
