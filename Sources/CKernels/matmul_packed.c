// c = a · b by panels of a and tiles of b, for operands that the caches do not hold.
//
// A task makes some tiles' columns of c, for a block of a's panels that the second-level cache
// holds: where k is cut into slices, all its tiles of one slice before the next slice.
// b is packed by each task, and a read as it lies where that is as quick: to pack it together means
// to wait for each other, and to fetch from another core's cache what that has packed.
#include "matmul_tile.h"

#include <stdatomic.h>
#include <string.h>

enum {
    DEPTH = 640,            // of a packed tile, which is on the stack
    BLOCK_VALUES = 131072,  // of a
    PAGE = 1024,            // floats after which a first-level cache begins anew
    GROUP = 4,              // tiles of a task, where k is cut
    COPIES = 2,             // of a that is packed: as many threads do that each for itself
};

typedef struct {
    product of;
    bool adds;      // to what c holds
    bool packs;     // whether a is packed
    float *packed;  // where
    size_t panels, threads;
    atomic_size_t *next;  // the task that nobody has taken
    size_t following;     // the task that this thread has taken, too, and does next
} packed_job;

// MARK: Packing

/// Whether a is packed. It is
/// - for a transposed b: to transpose that meanwhile leaves no registers for other strides;
/// - for wide panels of rows that lie almost a multiple of PAGE apart: they are more than the
///   first-level cache has ways;
/// - for narrow panels of a transposed a: they take so little time for a column that the next one
///   would not have come from the second-level cache.
static bool packs_a(const product *of) {
    if (of->b_column != 1) return true;
    if (of->a_depth != 1) return !of->wide;
    const size_t apart = smaller(of->a_row % PAGE, PAGE - of->a_row % PAGE);
    return of->wide && of->k > LINE && apart < 4;
}

/// A tile of b, of which only the given columns are there; anything behind them.
INLINE void pack_tile(const tile_product *t, size_t columns, size_t width) {
    if (t->b_column != 1) {
        pack_transposed(t->packed, width, t->b, t->b_column, t->depth, columns);
        return;
    }
    for (size_t p = 0; p < t->depth; p++)
        memcpy(t->packed + p * width, t->b + p * t->b_depth, columns * sizeof(float));
}

// MARK: Tiles

/// Multiplies by a tile and packs it, for panels of the sizes that come first; or does nothing.
INLINE bool multiply_packing(const tile_product *t, size_t rows, bool wide) {
#define ROWS_CASE(count)                                                                           \
    case count:                                                                                    \
        if (t->b_column == 1) {                                                                    \
            multiply_tile_of(t, count, wide ? 2 : 1, PACKS_ROWS);                                  \
        } else {                                                                                   \
            multiply_tile_of(t, count, 2, PACKS_TRANSPOSED);                                       \
        }                                                                                          \
        return true;
    if (wide && (t->b_column == 1 || t->depth >= LINE)) {
        switch (rows) { ROWS_CASE(12) ROWS_CASE(11) ROWS_CASE(10) ROWS_CASE(9) }
    } else if (t->b_column == 1) {
        switch (rows) { ROWS_CASE(6) ROWS_CASE(5) }
    }
#undef ROWS_CASE
    return false;
}

/// The same by a packed tile of one or, if wide, two vectors.
INLINE void multiply_packed(const tile_product *t, size_t rows, size_t vectors, bool wide) {
#define ROWS_CASE(count)                                                                           \
    case count:                                                                                    \
        if (wide && vectors == 2) {                                                                \
            multiply_tile_of(t, count, 2, PACKED);                                                 \
        } else if (wide || count <= ROWS) {                                                        \
            multiply_tile_of(t, count, 1, PACKED);                                                 \
        }                                                                                          \
        break;
    switch (rows) { CASES_OF_12(ROWS_CASE) }
#undef ROWS_CASE
}

/// Makes the columns of c behind the last whole tile, in a buffer.
INLINE void multiply_border(
    const tile_product *t, size_t rows, size_t columns, size_t vectors, bool wide) {
    const size_t width = vectors * WIDE_LANES;
    float border[WIDE_ROWS * WIDE_COLUMNS] = {0.0f};
    for (size_t i = 0; t->adds && i < rows; i++)
        memcpy(border + i * width, t->c + i * t->c_row, columns * sizeof(float));
    tile_product bordered = *t;
    bordered.c = border, bordered.c_row = width;
    multiply_packed(&bordered, rows, vectors, wide);
    for (size_t i = 0; i < rows; i++)
        memcpy(t->c + i * t->c_row, border + i * width, columns * sizeof(float));
}

// MARK: Tasks

static size_t slices_of(const packed_job *job) { return ceil_div(job->of.k, DEPTH); }
static size_t tiles_of(const packed_job *job) {
    return ceil_div(job->of.n, job->of.wide ? WIDE_COLUMNS : COLUMNS);
}
static size_t blocks_of(const packed_job *job) {
    return ceil_div(job->of.m * ceil_div(job->of.k, slices_of(job)), BLOCK_VALUES);
}

/// The last tiles, of which each thread has one about, are cut into more blocks: so that no thread
/// waits long for another.
static size_t last_tiles(const packed_job *job) {
    return job->threads == 1 ? 0 : smaller(job->threads, tiles_of(job));
}
static size_t last_blocks(const packed_job *job) {
    // Each packs its tiles again, which takes longer if it transposes them.
    const size_t parts = job->of.b_column == 1 ? 4 : 2;
    return larger(blocks_of(job), smaller(job->panels / 2, parts * blocks_of(job)));
}

static size_t group_of(const packed_job *job) { return slices_of(job) > 1 ? GROUP : 1; }
static size_t groups_of(const packed_job *job) {
    return ceil_div(tiles_of(job) - last_tiles(job), group_of(job));
}
static size_t tasks_of(const packed_job *job) {
    return groups_of(job) * blocks_of(job) + last_tiles(job) * last_blocks(job);
}

/// Tiles and panels that a task makes.
typedef struct {
    size_t first, end;
    size_t top, bottom;
} task_part;

static task_part part_of(const packed_job *job, size_t task) {
    const size_t last = last_tiles(job), groups = groups_of(job), whole = tiles_of(job) - last;
    task_part of;
    size_t blocks = blocks_of(job), block = task / larger(1, groups);
    if (task < groups * blocks) {
        of.first = part(whole, groups, task % groups);
        of.end = part(whole, groups, task % groups + 1);
    } else {
        task -= groups * blocks;
        blocks = last_blocks(job), block = task / last;
        of.first = whole + task % last;
        of.end = of.first + 1;
    }
    of.top = part(job->panels, blocks, block);
    of.bottom = part(job->panels, blocks, block + 1);
    return of;
}

/// Where a tile of b begins, in a slice of k.
INLINE const float *tile_at(const packed_job *job, size_t slice, size_t tile, bool wide) {
    const size_t first = part(job->of.k, slices_of(job), slice);
    return job->of.b + first * job->of.b_depth
        + tile * (wide ? WIDE_COLUMNS : COLUMNS) * job->of.b_column;
}

/// Half of the lines of the tile that comes next, one for each of the `depth` steps of a panel: of
/// each row the first or the second line, or half of the columns' lines. `half` is 0 or 1.
INLINE lines_ahead half_ahead(
    const packed_job *job, const float *next, size_t depth, size_t half, bool wide) {
    if (job->of.b_column == 1) return (lines_ahead){next + half * LINE, job->of.b_depth, depth, 0};
    const size_t run = ceil_div(depth, LINE), columns = (wide ? WIDE_COLUMNS : COLUMNS) / 2;
    return (lines_ahead){next + half * columns * job->of.b_column, LINE, run,
        job->of.b_column > run * LINE ? job->of.b_column - run * LINE : 0};
}

/// One tile times the panels of a part.
INLINE void multiply_tile(const packed_job *job, const task_part *at, size_t slice, size_t tile,
    const float *next, float *packed, bool wide) {
    const size_t left = tile * (wide ? WIDE_COLUMNS : COLUMNS), slices = slices_of(job);
    const size_t columns = smaller(wide ? WIDE_COLUMNS : COLUMNS, job->of.n - left);
    const size_t vectors = columns > WIDE_LANES ? 2 : 1, width = vectors * WIDE_LANES;
    const size_t first = part(job->of.k, slices, slice);
    const bool is_whole = columns == (wide ? WIDE_COLUMNS : COLUMNS);
    tile_product t = {
        .b = tile_at(job, slice, tile, wide),
        .packed = packed,
        .depth = part(job->of.k, slices, slice + 1) - first,
        .c_row = job->of.n,
        .b_depth = job->of.b_depth,
        .b_column = job->of.b_column,
        .adds = slice > 0 || job->adds,
    };
    for (size_t panel = at->top; panel < at->bottom; panel++) {
        const size_t row = part(job->of.m, job->panels, panel);
        const size_t rows = part(job->of.m, job->panels, panel + 1) - row;
        t.c = job->of.c + row * job->of.n + left;
        t.a = job->packs ? job->packed + row * job->of.k + first * rows
                         : job->of.a + row * job->of.a_row + first * job->of.a_depth;
        t.a_row = job->packs ? 1 : job->of.a_row;
        t.a_depth = job->packs ? rows : job->of.a_depth;
        // Once each; nothing but this panel's own first line afterwards.
        const size_t half = panel - at->top - 1;
        t.ahead = (lines_ahead){t.a, 0, t.depth, 0};
        if (panel > at->top && half < 2) t.ahead = half_ahead(job, next, t.depth, half, wide);
        if (panel == at->top) {
            if (is_whole && multiply_packing(&t, rows, wide)) continue;
            pack_tile(&t, columns, width);
        }
        if (is_whole) {
            multiply_packed(&t, rows, vectors, wide);
        } else {
            multiply_border(&t, rows, columns, vectors, wide);
        }
    }
}

KERNEL_WIDE_TASK(multiply_task, context, task, wide) {
    const packed_job *job = context;
    const task_part at = part_of(job, task);
    _Alignas(64) float packed[DEPTH * WIDE_COLUMNS];
    const size_t slices = slices_of(job);
    for (size_t slice = 0; slice < slices; slice++) {
        for (size_t tile = at.first; tile < at.end; tile++) {
            const float *next = tile_at(job, slice, tile, wide);
            if (tile + 1 < at.end) {
                next = tile_at(job, slice, tile + 1, wide);
            } else if (slice + 1 < slices) {
                next = tile_at(job, slice + 1, at.first, wide);
            } else if (job->following < tasks_of(job)) {
                next = tile_at(job, 0, part_of(job, job->following).first, wide);
            }
            multiply_tile(job, &at, slice, tile, next, packed, wide);
        }
    }
}

/// A thread takes what tasks are left, one ahead; before its first one it packs a for itself, if
/// there is room.
static void take_tasks(void *context, size_t thread) {
    packed_job job = *(const packed_job *)context;
    const size_t tasks = tasks_of(&job);
    size_t task = atomic_fetch_add(job.next, 1);
    if (task >= tasks) return;
    if (job.packs && job.threads <= COPIES) {
        job.packed += thread * job.of.m * job.of.k;
        matmul_pack_alone(&job.of, job.packed);
    }
    for (; task < tasks; task = job.following) {
        job.following = atomic_fetch_add(job.next, 1);
        multiply_task(&job, task);
    }
}

size_t matmul_packed_scratch(const product *of) { return packs_a(of) ? COPIES * of->m * of->k : 0; }

void matmul_packed(kernel_pool *pool, const product *of, bool adds, float *scratch) {
    atomic_size_t next = 0;
    packed_job job = {.of = *of,
        .adds = adds,
        .packs = packs_a(of),
        .packed = scratch,
        .panels = panels_of(of),
        .threads = kernel_pool_threads(pool),
        .next = &next};
    if (job.packs && job.threads > COPIES) matmul_pack(pool, of, scratch);
    kernel_pool_run(pool, smaller(job.threads, tasks_of(&job)), take_tasks, &job);
}
