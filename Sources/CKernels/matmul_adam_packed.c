// A weight's gradient and its steps of Adam in one pass, for large batches.
//
// The gradient is made by the packed way of matmul_tile.h, with panels so small that they leave
// registers to Adam. Products keep the multipliers busy, Adam keeps the divider and memory busy. So
// the two take turns: while a panel of g is made, the panel before it is used up, and the panel of
// var, m and v that comes next is asked for. Narrow vectors have no registers to leave.
#include "matmul_adam.h"
#include "matmul_tile.h"

#include <string.h>

enum {
    PANEL_ROWS = PACKED_ROWS,
    TILE_COLUMNS = 2 * WIDE_LANES,
    BLOCK_ROWS = 256,  // of a task, about
    DEPTH = 320,       // of a packed tile of b
    CHUNK = 8,         // of k, from one update to the next, at most
};

/// Rows of g that wait to be used: vectors `next`..<`end` of them.
typedef struct {
    const float *g;
    size_t start, next, end;
} waiting_rows;

/// A part of the terms' k, laid one behind the other.
typedef struct {
    size_t first, end;
} slice;

// MARK: Updating

INLINE void update_vector(const weight_update *job, size_t at, const float *from) {
    const wide_vector g = WIDE_AT(from);
    wide_vector var = WIDE_AT(job->var + at), m = WIDE_AT(job->m + at), v = WIDE_AT(job->v + at);
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < job->times; i++) adam_update_wide(&var, &m, &v, &g, &job->rates);
    WIDE_AT(job->var + at) = var, WIDE_AT(job->m + at) = m, WIDE_AT(job->v + at) = v;
}

INLINE void update_next(const weight_update *job, waiting_rows *rows) {
    const size_t i = rows->next;
    update_vector(
        job, rows->start + i / 2 * job->columns + i % 2 * WIDE_LANES, rows->g + i * WIDE_LANES);
    rows->next += 1;
}

/// Updates a part of a row that is no whole tile.
INLINE void update_few(const weight_update *job, size_t at, const float *g, size_t columns) {
    for (size_t j = 0; j < columns; j += LANES) {
        adam_update_values(job->var + at + j, job->m + at + j, job->v + at + j, g + j,
            smaller(LANES, columns - j), job->times, &job->rates);
    }
}

// MARK: Making the gradient

/// g [PANEL_ROWS, TILE_COLUMNS] (+)= a slice of the sum, for the tile at `left`, which is packed in
/// passing if it is not yet. Rows that wait are updated meanwhile.
INLINE void make_panel(const weight_update *job, float *g, slice k, size_t row, size_t left,
    float *packed, bool packs, bool adds, waiting_rows *before) {
    wide_vector sum[PANEL_ROWS][2];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < PANEL_ROWS; i++) sum[i][0] = sum[i][1] = 0.0f;
    const size_t vectors = 2 * PANEL_ROWS;
    const size_t chunk = larger(1, smaller(CHUNK, (k.end - k.first) / vectors));
    waiting_rows used = *before;
    size_t fetched = 0, term = 0;
    for (size_t t = 0; t < job->term_count; term += job->terms[t].k, t++) {
        const size_t end = smaller(k.end, term + job->terms[t].k);
        size_t p = larger(k.first, term);
        if (p >= end) continue;
        const size_t a_row = a_row_of(job, t);
        const float *a = job->terms[t].a + (p - term) * a_row + row;
        const float *b = job->terms[t].b + (p - term) * job->columns + left;
        while (p < end) {
            const size_t stop = smaller(end, p + chunk);
#pragma clang loop unroll(disable)
            for (; p < stop; p++, a += a_row, packed += TILE_COLUMNS) {
                if (packs) pack_row(packed, b, job->columns, 2);
                add_outer(sum, a, 1, packs ? b : packed, PANEL_ROWS, 2);
                b += job->columns;
            }
            if (used.next < used.end) update_next(job, &used);
            if (fetched < vectors) {
                const size_t at =
                    (row + fetched / 2) * job->columns + left + fetched % 2 * WIDE_LANES;
                __builtin_prefetch(job->var + at, 0, 2);
                __builtin_prefetch(job->m + at, 0, 2);
                __builtin_prefetch(job->v + at, 0, 2);
                fetched += 1;
            }
        }
    }
    *before = used;
#pragma clang loop unroll(full)
    for (size_t i = 0; i < PANEL_ROWS; i++) {
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 2; j++) {
            float *sums = g + i * TILE_COLUMNS + j * WIDE_LANES;
            WIDE_AT(sums) = adds ? WIDE_AT(sums) + sum[i][j] : sum[i][j];
        }
    }
}

/// Packs a tile of which only the given columns are there.
INLINE void pack_columns(
    const weight_update *job, slice k, size_t left, size_t columns, float *packed) {
    size_t term = 0;
    for (size_t t = 0; t < job->term_count; term += job->terms[t].k, t++) {
        const size_t end = smaller(k.end, term + job->terms[t].k);
        for (size_t p = larger(k.first, term); p < end; p++, packed += TILE_COLUMNS) {
            memcpy(packed, job->terms[t].b + (p - term) * job->columns + left,
                columns * sizeof(float));
        }
    }
}

// MARK: Tasks

static size_t blocks_of(const weight_update *job) { return ceil_div(job->rows, BLOCK_ROWS); }
static size_t tiles_of(const weight_update *job) { return ceil_div(job->columns, TILE_COLUMNS); }

/// A tile's columns, for a block of rows.
KERNEL_WIDE static void update_block(void *context, size_t task) {
    const weight_update copy = *(const weight_update *)context, *job = &copy;
    const size_t panels = ceil_div(job->rows, PANEL_ROWS);
    const size_t top = part(panels, blocks_of(job), task / tiles_of(job));
    const size_t bottom = part(panels, blocks_of(job), task / tiles_of(job) + 1);
    const size_t left = task % tiles_of(job) * TILE_COLUMNS;
    const size_t columns = smaller(TILE_COLUMNS, job->columns - left);
    const bool is_whole = columns == TILE_COLUMNS;
    const size_t slices = ceil_div(job->depth, DEPTH);
    _Alignas(64) float packed[DEPTH * TILE_COLUMNS];
    _Alignas(64) float g[(BLOCK_ROWS + PANEL_ROWS) * TILE_COLUMNS];
    for (size_t i = 0; i < slices; i++) {
        const slice k = {part(job->depth, slices, i), part(job->depth, slices, i + 1)};
        const bool adds = i > 0, is_last = i + 1 == slices;
        if (!is_whole) pack_columns(job, k, left, columns, packed);
        waiting_rows before = {0};
        for (size_t panel = top; panel < bottom; panel++) {
            // The last panel begins in the one before.
            const size_t row = smaller(panel * PANEL_ROWS, job->rows - PANEL_ROWS);
            const size_t done = panel * PANEL_ROWS - row;
            float *sums = g + (panel - top) * PANEL_ROWS * TILE_COLUMNS;
            if (panel == top && is_whole) {
                make_panel(job, sums, k, row, left, packed, true, adds, &before);
            } else {
                make_panel(job, sums, k, row, left, packed, false, adds, &before);
            }
            while (before.next < before.end) update_next(job, &before);
            if (is_last && is_whole) {
                const size_t start = row * job->columns + left;
                before = (waiting_rows){sums, start, 2 * done, 2 * PANEL_ROWS};
            }
            for (size_t r = done; is_last && !is_whole && r < PANEL_ROWS; r++) {
                update_few(job, (row + r) * job->columns + left, sums + r * TILE_COLUMNS, columns);
            }
        }
        while (before.next < before.end) update_next(job, &before);
    }
}

void matmul_adam_packed(kernel_pool *pool, const weight_update *update) {
    weight_update job = *update;
    kernel_pool_run(pool, blocks_of(&job) * tiles_of(&job), update_block, &job);
}
