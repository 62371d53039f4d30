// The sum of a tree over shards, where a new leaf completes some of its levels:
//
//   out = levels[k - 1] + (… + (levels[1] + (levels[0] + share · last)))
//
// One pass over k + 1 arrays.
#include "shard_sum.h"

enum { CHUNK = 8192 };

typedef struct {
    float *out;
    const kernel_shard_sum *sum;
    size_t n;
} shard_sum;

KERNEL_TASK(sum_chunk, context, chunk) {
    const shard_sum s = *(const shard_sum *)context;
    const size_t start = chunk * CHUNK, end = smaller(s.n, start + CHUNK);
    shard_sum_values(s.out + start, s.sum, start, end - start);
}

void kernel_sum_shards(kernel_pool *pool, float *out, const kernel_shard_sum *sum, size_t n) {
    shard_sum s = {out, sum, n};
    kernel_pool_run(pool, ceil_div(n, CHUNK), sum_chunk, &s);
}
