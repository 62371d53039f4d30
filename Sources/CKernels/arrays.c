// Arrays whose elements are moved to other places, or summed over some of their dimensions.
//
// Moves. A dimension has a size, and the distances of neighbours along it in either array, so that
// one loop is a slice, a pack, a tile, and their gradients. The innermost dimension, or two of them
// where a row repeats, are taken in pieces; the others are counted up like an odometer's wheels.
//
// Sums. Dimensions that are summed and dimensions that stay take turns. The summed ones are taken
// away from the outermost on, each in a pass over what the one before has left: the sums over the
// middle one of x [outer, rows, inner] are sums of whole rows, a vector lane a column, whatever lies
// within `inner`; those over the last one are kernel_sum_columns. Rows are added in eights, eights
// one after the other to a group of 64 rows, and groups as a tree. Long columns are cut into chunks,
// each with partial sums of its own. Groups and chunks depend on the shape alone.
#include "include/CKernels.h"
#include "vector.h"

#include <string.h>

enum {
    TASK = 32768,   // values a task reads, about
    PIECE = 4096,   // values of the innermost dimension that are moved at a time
    NARROW = 512,   // values of a row that repeats, below which copies of it are one piece
    COLUMNS = 256,  // that are summed together: a group's sums fit in the first-level cache
    GROUP = 64,     // rows that are added up before they are added as a tree
    LEVELS = 32,    // of that tree: 2³² groups
    WIDENED = 16,   // rows from which on eight narrow ones are taken as one
    CHUNK = 2,      // groups of a chunk at the least
};

// MARK: Moves

typedef struct {
    float *to;
    const float *from;
    const kernel_move_dimension *dimensions;
    // The dimensions that are counted up, and the size of what is within them: a dimension, or a
    // row of some length again and again.
    size_t outer, inner, row;
    bool repeats;
    size_t piece, pieces, units, tasks;
} moving;

/// A part of what is within the dimensions that are counted up.
INLINE void move_piece(const moving *job, float *to, const float *from, size_t piece) {
    const kernel_move_dimension last = job->dimensions[job->outer + job->repeats];
    const size_t start = piece * job->piece, count = smaller(job->piece, job->inner - start);
    if (job->repeats) {
        kernel_repeat_row(to + start, from, count / job->row, job->row);
        return;
    }
    from += (ptrdiff_t)start * last.from;
    to += (ptrdiff_t)start * last.to;
    if (last.to == 1 && last.from == 1 && count >= LANES) {
        memcpy(to, from, count * sizeof(float));
    } else if (last.to == 1 && last.from == 0) {
        kernel_fill(to, *from, count);
    } else {
        for (size_t i = 0; i < count; i++, to += last.to, from += last.from) *to = *from;
    }
}

KERNEL_TASK(move_units, context, task) {
    const moving *job = context;
    const kernel_move_dimension *dimensions = job->dimensions;
    size_t unit = part(job->units, job->tasks, task), place[KERNEL_RANK];
    const size_t end = part(job->units, job->tasks, task + 1);
    size_t piece = unit % job->pieces, rest = unit / job->pieces;
    float *to = job->to;
    const float *from = job->from;
    for (size_t i = job->outer; i-- > 0; rest /= dimensions[i].size) {
        place[i] = rest % dimensions[i].size;
        from += (ptrdiff_t)place[i] * dimensions[i].from;
        to += (ptrdiff_t)place[i] * dimensions[i].to;
    }
    for (; unit < end; unit++) {
        move_piece(job, to, from, piece);
        if (++piece < job->pieces) continue;
        piece = 0;
        for (size_t i = job->outer; i-- > 0;) {
            from += dimensions[i].from;
            to += dimensions[i].to;
            if (++place[i] < dimensions[i].size) break;
            from -= (ptrdiff_t)place[i] * dimensions[i].from;
            to -= (ptrdiff_t)place[i] * dimensions[i].to;
            place[i] = 0;
        }
    }
}

void kernel_move(kernel_pool *pool, float *to, const float *from,
    const kernel_move_dimension *dimensions, size_t rank) {
    static const kernel_move_dimension one = {.size = 1, .from = 1, .to = 1};
    if (rank == 0) dimensions = &one, rank = 1;
    moving job = {.to = to, .from = from, .dimensions = dimensions};
    const kernel_move_dimension last = dimensions[rank - 1];
    job.row = last.size;
    job.repeats = rank > 1 && last.from == 1 && last.to == 1 && last.size < NARROW
        && dimensions[rank - 2].from == 0 && dimensions[rank - 2].to == (ptrdiff_t)last.size;
    job.outer = rank - 1 - job.repeats;
    job.inner = job.repeats ? dimensions[rank - 2].size * job.row : job.row;
    if (job.inner == 0) return;
    job.piece = job.repeats ? larger(1, PIECE / job.row) * job.row : PIECE;
    job.pieces = ceil_div(job.inner, job.piece);
    job.units = job.pieces;
    for (size_t i = 0; i < job.outer; i++) job.units *= dimensions[i].size;
    const size_t values = job.units / job.pieces * job.inner;
    job.tasks = smaller(job.units, ceil_div(values, TASK));
    kernel_pool_run(pool, job.tasks, move_units, &job);
}

// MARK: Sums over a dimension in the middle

/// The places of the vectors of a row: the last one ends with the row, and overlaps the one before.
INLINE size_t vector_place(size_t i, size_t width) { return smaller(i * LANES, width - LANES); }

/// sums = the sum of at most GROUP rows of x, at least one; of at least eight columns.
INLINE void sum_group(float *sums, const float *x, size_t rows, size_t stride, size_t width) {
    const size_t vectors = ceil_div(width, LANES);
    size_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        const float *eight = x + row * stride;
        for (size_t i = 0; i < vectors; i++) {
            const float *p = eight + vector_place(i, width);
            const vector a = AT(p) + AT(p + stride), b = AT(p + 2 * stride) + AT(p + 3 * stride);
            p += 4 * stride;
            const vector c = AT(p) + AT(p + stride), d = AT(p + 2 * stride) + AT(p + 3 * stride);
            const vector sum = (a + b) + (c + d);
            AT(sums + i * LANES) = row == 0 ? sum : AT(sums + i * LANES) + sum;
        }
    }
    for (; row < rows; row++) {
        for (size_t i = 0; i < vectors; i++) {
            const vector value = AT(x + row * stride + vector_place(i, width));
            AT(sums + i * LANES) = row == 0 ? value : AT(sums + i * LANES) + value;
        }
    }
}

/// to [width] = the sum of the rows of x, of at most COLUMNS columns: groups as a tree, by a stack
/// whose entries i sum 2^i groups where the group count has bit i.
INLINE void sum_wide_rows(float *to, const float *x, size_t rows, size_t stride, size_t width) {
    float levels[LEVELS][COLUMNS + LANES];
    const size_t vectors = ceil_div(width, LANES);
    size_t depth = 0, groups = 0;
    for (size_t row = 0; row < rows; row += GROUP) {
        sum_group(levels[depth++], x + row * stride, smaller(GROUP, rows - row), stride, width);
        for (size_t carry = groups++; carry & 1; carry >>= 1, depth--) {
            for (size_t i = 0; i < vectors * LANES; i += LANES)
                AT(levels[depth - 2] + i) += AT(levels[depth - 1] + i);
        }
    }
    for (; depth > 1; depth--) {
        for (size_t i = 0; i < vectors * LANES; i += LANES)
            AT(levels[depth - 2] + i) += AT(levels[depth - 1] + i);
    }
    for (size_t i = 0; i < vectors; i++) {
        AT(to + vector_place(i, width)) = depth > 0 ? AT(levels[0] + i * LANES) : 0.0f;
    }
}

/// The same of fewer than eight columns, of rows that lie side by side: eight of them are a row of
/// eight times as many. The vector of one row reaches into the next ones; `left` values are there.
INLINE void sum_narrow_rows(float *to, const float *x, size_t rows, size_t width, size_t left) {
    vector sum = 0.0f, value;
    size_t row = 0;
    if (rows >= WIDENED) {
        float wide[8 * LANES], eights[LANES];
        sum_wide_rows(wide, x, rows / 8, 8 * width, 8 * width);
        for (size_t j = 0; j < width; j++) {
            const float *p = wide + j;
            const float a = p[0] + p[width], b = p[2 * width] + p[3 * width];
            p += 4 * width;
            eights[j] = (a + b) + ((p[0] + p[width]) + (p[2 * width] + p[3 * width]));
        }
        load_partial(&sum, eights, width);
        row = rows / 8 * 8;
    }
    for (; row < rows; row++) {
        if (row * width + LANES <= left) {
            value = AT(x + row * width);
        } else {
            load_partial(&value, x + row * width, width);
        }
        sum += value;
    }
    store_partial(to, &sum, width);
}

/// out [chunks, outer, inner]: the sums over the rows of each chunk.
typedef struct {
    float *out;
    const float *x;
    size_t outer, rows, inner, chunks, blocks, units, tasks;
} middle_sums;

/// The sums of some columns of a unit's rows.
INLINE void sum_unit(const middle_sums *job, size_t block, size_t outer, size_t chunk) {
    const size_t inner = job->inner, place = chunk * job->outer + outer;
    const bool whole = job->chunks == 1;
    const size_t first = whole ? 0 : part(job->rows, job->chunks, chunk),
                 rows = whole ? job->rows : part(job->rows, job->chunks, chunk + 1) - first;
    const float *x = job->x + (outer * job->rows + first) * inner;
    float *out = job->out + place * inner;
    if (inner < LANES) {
        const size_t start = (outer * job->rows + first) * inner;
        sum_narrow_rows(out, x, rows, inner, job->outer * job->rows * inner - start);
    } else {
        const size_t column = part(inner, job->blocks, block),
                     width = part(inner, job->blocks, block + 1) - column;
        sum_wide_rows(out + column, x + column, rows, inner, width);
    }
}

KERNEL_TASK(sum_units, context, task) {
    const middle_sums *job = context;
    const size_t end = part(job->units, job->tasks, task + 1);
    size_t unit = part(job->units, job->tasks, task);
    size_t block = unit % job->blocks, outer = unit / job->blocks % job->outer,
           chunk = unit / job->blocks / job->outer;
    for (; unit < end; unit++) {
        sum_unit(job, block, outer, chunk);
        if (++block < job->blocks) continue;
        block = 0;
        if (++outer < job->outer) continue;
        outer = 0;
        chunk++;
    }
}

/// Into how many chunks rows are cut.
static size_t chunk_count(size_t rows, size_t inner) {
    const size_t width = smaller(COLUMNS, inner);
    return larger(1, smaller(rows / (CHUNK * GROUP), rows * width / TASK));
}

static void sum_chunks(kernel_pool *pool, float *out, const float *x, size_t outer, size_t rows,
    size_t inner, size_t chunks) {
    middle_sums job = {out, x, outer, rows, inner, chunks, .blocks = ceil_div(inner, COLUMNS)};
    job.units = chunks * outer * job.blocks;
    job.tasks = smaller(job.units, larger(1, outer * rows * inner / TASK));
    kernel_pool_run(pool, job.tasks, sum_units, &job);
}

/// out [outer, inner] = the sums over the rows of x [outer, rows, inner]. `partials` has room for
/// chunk_count · outer · inner values if there are several chunks.
static void sum_middle(kernel_pool *pool, float *out, const float *x, size_t outer, size_t rows,
    size_t inner, float *partials) {
    const size_t chunks = chunk_count(rows, inner);
    if (chunks == 1) {
        sum_chunks(pool, out, x, outer, rows, inner, 1);
    } else {
        sum_chunks(pool, partials, x, outer, rows, inner, chunks);
        sum_chunks(pool, out, partials, 1, chunks, outer * inner, 1);
    }
}

// MARK: Sums over any dimensions

/// Runs the passes, or only counts the values of the memory that they need; returns their number.
static size_t reduce(kernel_pool *pool, float *out, const float *x, const size_t *sizes,
    size_t rank, bool first_is_summed, float *scratch, bool runs) {
    size_t used = 0, kept = 1;
    if (!first_is_summed && rank > 0) kept = *sizes++, rank--;
    for (size_t step; rank > 0; sizes += step, rank -= step) {
        const size_t rows = sizes[0];
        size_t inner = 1;
        for (size_t i = 1; i < rank; i++) inner *= sizes[i];
        float *to = runs && rank > 2 ? scratch + used : out;
        if (rank > 2) used += kept * inner;
        if (inner == 1) {
            if (runs) kernel_sum_columns(pool, to, x, kept, rows);
        } else {
            const size_t chunks = chunk_count(rows, inner);
            if (runs) sum_middle(pool, to, x, kept, rows, inner, scratch + used);
            if (chunks > 1) used += chunks * kept * inner;
        }
        step = smaller(2, rank);
        kept *= rank > 1 ? sizes[1] : 1;
        x = to;
    }
    return used;
}

size_t kernel_reduce_scratch(const size_t *sizes, size_t rank, bool first_is_summed) {
    return reduce(NULL, NULL, NULL, sizes, rank, first_is_summed, NULL, false);
}

void kernel_reduce(kernel_pool *pool, float *out, const float *x, const size_t *sizes, size_t rank,
    bool first_is_summed, float *scratch) {
    reduce(pool, out, x, sizes, rank, first_is_summed, scratch, true);
}

// MARK: What is done to an array where it lies

typedef struct {
    float *x;
    const float *row;
    float divisor;
    size_t count, columns, lanes, tasks;
} array;

KERNEL_TASK(divide_some, context, task) {
    const array *job = context;
    const size_t end = part(job->count, job->tasks, task + 1);
    size_t i = part(job->count, job->tasks, task);
    for (; i + LANES <= end; i += LANES) AT(job->x + i) /= job->divisor;
    for (; i < end; i++) job->x[i] /= job->divisor;
}

void kernel_divide(kernel_pool *pool, float *x, float divisor, size_t n) {
    array job = {.x = x, .divisor = divisor, .count = n, .tasks = ceil_div(n, TASK)};
    kernel_pool_run(pool, job.tasks, divide_some, &job);
}

KERNEL_TASK(add_to_some, context, task) {
    const array *job = context;
    const size_t top = part(job->count, job->tasks, task), columns = job->columns,
                 bottom = part(job->count, job->tasks, task + 1);
    float tile[KERNEL_TILE];
    for (size_t first = 0; first < columns; first += KERNEL_TILE) {
        const size_t width = smaller(KERNEL_TILE, columns - first);
        const size_t repeats = width < columns ? 1 : KERNEL_TILE / width;
        for (size_t j = 0; j < width; j++) tile[j] = job->row[(first + j) / job->lanes];
        for (size_t j = width; j < repeats * width; j++) tile[j] = tile[j - width];
        for (size_t row = top; row < bottom; row += repeats) {
            float *x = job->x + row * columns + first;
            kernel_add(x, x, tile, smaller(repeats, bottom - row) * width);
        }
    }
}

void kernel_add_row(
    kernel_pool *pool, float *x, const float *row, size_t rows, size_t columns, size_t lanes) {
    array job = {.x = x, .row = row, .count = rows, .columns = columns, .lanes = lanes};
    job.tasks = smaller(rows, ceil_div(rows * columns, TASK));
    kernel_pool_run(pool, job.tasks, add_to_some, &job);
}
