// Runs of element-wise kernels, with sums of columns and pools in them.
#include "checks.h"

#include <math.h>
#include <string.h>

static kernel_operand in_memory(const float *memory) {
    return (kernel_operand){.memory = (float *)memory, .stride = 1};
}
static kernel_operand in_register(size_t index) { return (kernel_operand){.index = index}; }

static kernel_step binary_step(
    kernel_binary function, kernel_operand out, kernel_operand x, kernel_operand y) {
    return (kernel_step){
        .kind = KERNEL_BINARY, .function.binary = function, .out = out, .x = x, .y = y};
}

/// How many times `unit` values go into a tile of so many at most: some number of times.
static size_t pick_tile(checks *c, size_t unit) {
    const size_t most = KERNEL_TILE / unit;
    return unit * (flip(c) ? most : pick(c, 1, most));
}

// MARK: A loop with sums
//
//   a = x · row        in a register, where the row is repeated
//   b = a + array      which is broadcast over dimensions
//   out = tanh(b)
//   sums = Σ a of each column, and Σ b x / divisor

typedef struct {
    checks *c;
    size_t rows, columns, tile;
    const float *x, *row;
    kernel_broadcast array;
    size_t lanes, last_block, last_lanes;  // of images in blocks
    float divisor;
} loop_case;

static void run_loop(void *context, kernel_pool *pool, float *out) {
    const loop_case *t = context;
    const size_t n = t->rows * t->columns, tasks = kernel_fused_tasks(t->tile, n);
    const size_t sum_count = t->columns / t->lanes;
    kernel_column_sums sums[2];
    for (size_t i = 0; i < 2; i++) {
        sums[i] = (kernel_column_sums){
            .out = out + n + i * sum_count,
            .partials = unwritten_floats(t->c, tasks * t->columns),
            .columns = t->columns,
            .divisor = i == 0 ? 1 : t->divisor,
            .lanes = t->lanes,
            .last_block = t->last_block,
            .last_lanes = t->last_lanes,
        };
    }
    const kernel_row row = {
        t->row, unwritten_floats(t->c, KERNEL_TILE), t->columns / t->lanes, t->lanes};
    const kernel_operand repeated = {.memory = row.tile};
    const kernel_operand array = {.broadcast = &t->array};
    const kernel_step steps[] = {
        binary_step(kernel_mul, in_register(0), in_memory(t->x), repeated),
        binary_step(kernel_add, in_register(1), in_register(0), array),
        {.kind = KERNEL_UNARY,
            .function.unary = kernel_tanh,
            .out = in_memory(out),
            .x = in_register(1)},
        {.kind = KERNEL_SUM, .sums = &sums[0], .x = in_register(0)},
        {.kind = KERNEL_SUM_PRODUCTS, .sums = &sums[1], .x = in_register(1), .y = in_memory(t->x)},
    };
    kernel_fused(pool, steps, sizeof steps / sizeof steps[0], &row, 1, t->tile, n);
}

static void check_loop(checks *c) {
    loop_case t = {.c = c, .rows = pick(c, 1, 900), .columns = pick_size(c, 130), .lanes = 1};
    if (t.columns == 0) t.columns = 1;
    t.last_block = SIZE_MAX, t.last_lanes = 1, t.divisor = (float)pick(c, 1, 9);
    if (pick(c, 0, 2) == 0) {
        // Images in blocks: `rows` pixels of a block are rows, the last block's lanes not all there.
        t.lanes = KERNEL_BLOCK, t.columns = pick(c, 1, 20) * KERNEL_BLOCK, t.rows = pick(c, 1, 90);
        const size_t last = pick(c, 1, t.rows);
        t.last_lanes = pick(c, 1, KERNEL_BLOCK);
        t.last_block = (t.rows - last) * t.columns;
        // A tile lies in one block.
        t.tile = t.columns;
    } else {
        t.tile = pick_tile(c, t.columns);
    }
    const size_t n = t.rows * t.columns;
    // The array is a number for each row, for each group of rows, or another row.
    const size_t group = t.rows % 2 == 0 ? 2 : 1;
    const size_t kind = pick(c, 0, 2);
    t.array = (kernel_broadcast){.rank = 3, .sizes = {t.rows / group, group, t.columns}};
    if (kind == 0) t.array.strides[0] = group, t.array.strides[1] = 1;
    if (kind == 1) t.array.strides[0] = 1;
    if (kind == 2) t.array.strides[2] = 1;
    const float *values = random_floats(c, t.rows + t.columns);
    t.array.memory = values;
    t.x = random_floats(c, n), t.row = random_floats(c, t.columns / t.lanes);
    describe(c, "[%zu, %zu], tile %zu, %zu lanes, %zu from %zu on, array of kind %zu", t.rows,
        t.columns, t.tile, t.lanes, t.last_lanes, t.last_block, kind);
    const size_t sum_count = t.columns / t.lanes;
    expected_values e = expect(c, n + 2 * sum_count);
    for (size_t i = 0; i < n; i++) {
        const size_t r = i / t.columns, j = i % t.columns;
        const double a = (double)t.x[i] * t.row[j / t.lanes];
        const double b = a + values[kind == 0 ? r : kind == 1 ? r / group : j];
        e.values[i] = tanh(b), e.sizes[i] = 1;
        if (i >= t.last_block && j % t.lanes >= t.last_lanes) continue;
        expect_term(&e, n + j / t.lanes, a);
        expect_term(&e, n + sum_count + j / t.lanes, b * t.x[i] / t.divisor);
        // b is rounded where a and the array may cancel.
        e.sizes[n + sum_count + j / t.lanes] += fabs((double)t.x[i]) / t.divisor;
    }
    check_kernel(c, "fused loop", e, SUM_TOLERANCE, run_loop, &t);
}

// MARK: A pool with what is around it, and its gradient
//
//   y  = pool(relu(x · scale + shift)), or pool(x)
//   dx = its gradient; with factor, center and slope, g · factor + (x - center) · slope
//   sums = Σ g of each channel, and Σ g x

typedef struct {
    checks *c;
    size_t n, h, w, channels, tile;
    const float *x, *dy;
    kernel_pooling pooling;
    bool sums;
} pooled_case;

static size_t x_count(const pooled_case *t) { return t->n * t->h * t->w * t->channels; }

/// out: y, then dx, then the sums.
static void run_pooled(void *context, kernel_pool *pool, float *out) {
    const pooled_case *t = context;
    const size_t n = x_count(t), tasks = kernel_fused_tasks(t->tile, n);
    kernel_pooling pooling = t->pooling;
    pooling.y = out;
    const kernel_step forward = {.kind = KERNEL_POOL, .pooling = &pooling, .x = in_memory(t->x)};
    kernel_fused(pool, &forward, 1, NULL, 0, t->tile, n);
    pooling.dy = t->dy;
    kernel_column_sums sums[2];
    for (size_t i = 0; i < 2; i++) {
        sums[i] = (kernel_column_sums){
            .out = out + n / 4 + n + i * t->channels,
            .partials = unwritten_floats(t->c, tasks * t->channels),
            .columns = t->channels,
            .divisor = 1,
            .lanes = 1,
            .last_block = SIZE_MAX,
            .last_lanes = 1,
        };
    }
    const kernel_step backward[] = {
        {.kind = KERNEL_POOL_GRADIENT,
            .pooling = &pooling,
            .out = in_memory(out + n / 4),
            .x = in_memory(t->x)},
        {.kind = KERNEL_SUM_POOL_GRADIENT,
            .pooling = &pooling,
            .sums = &sums[0],
            .x = in_memory(t->x)},
        {.kind = KERNEL_SUM_POOL_GRADIENT_PRODUCTS,
            .pooling = &pooling,
            .sums = &sums[1],
            .x = in_memory(t->x)},
    };
    kernel_fused(pool, backward, t->sums ? 3 : 1, NULL, 0, t->tile, n);
}

/// The first of a window's largest values, as the kernel rounds them; SIZE_MAX if none is open.
static size_t place_of_maximum(const pooled_case *t, size_t first, float *largest) {
#pragma STDC FP_CONTRACT OFF
    const kernel_pooling *p = &t->pooling;
    const size_t channel = first % t->channels;
    size_t place = SIZE_MAX;
    *largest = p->scale == NULL ? -INFINITY : 0;
    for (size_t j = 0; j < 4; j++) {
        const size_t at = first + (j / 2 * t->w + j % 2) * t->channels;
        float value = t->x[at];
        if (p->scale != NULL) {
            const float product = value * p->scale[channel];
            value = product + p->shift[channel];
        }
        if (value > *largest) *largest = value, place = at;
    }
    return place;
}

static void check_pooled(checks *c) {
    pooled_case t = {.c = c, .n = pick(c, 1, 5), .h = pick(c, 1, 8) * 2, .w = pick(c, 1, 8) * 2};
    t.channels = pick(c, 8, 40);
    while (2 * t.w * t.channels > KERNEL_TILE) t.w -= 2;
    if (t.w == 0) return;
    const size_t pair = 2 * t.w * t.channels;
    t.tile = pick_tile(c, pair);
    const size_t n = x_count(&t), kind = pick(c, 0, 2);
    kernel_pooling *p = &t.pooling;
    *p = (kernel_pooling){.width = t.w, .channels = t.channels};
    t.sums = kind == 1;
    if (kind > 0) p->scale = random_floats(c, t.channels), p->shift = random_floats(c, t.channels);
    if (kind == 2) {
        p->factor = random_floats(c, t.channels), p->center = random_floats(c, t.channels);
        p->slope_varies = flip(c);
        p->slope = random_floats(c, p->slope_varies ? n : t.channels);
    }
    float *x = random_floats(c, n);
    // Often equal.
    for (size_t i = 0; i < n; i++) x[i] = roundf(x[i] * 4) / 4;
    t.x = x, t.dy = random_floats(c, n / 4);
    describe(c, "n %zu, %zu x %zu, c %zu, tile %zu, kind %zu%s", t.n, t.h, t.w, t.channels, t.tile,
        kind, p->slope_varies ? ", slope varies" : "");
    expected_values e = expect(c, n / 4 + n + (t.sums ? 2 * t.channels : 0));
    for (size_t i = 0; kind == 2 && i < n; i++) {
        const size_t channel = i % t.channels;
        const double slope = p->slope[p->slope_varies ? i : channel];
        e.values[n / 4 + i] = ((double)x[i] - p->center[channel]) * slope;
        e.sizes[n / 4 + i] = 2;
    }
    for (size_t i = 0; i < n / 4; i++) {
        const size_t channel = i % t.channels, pixel = i / t.channels;
        const size_t row = pixel / (t.w / 2) * 2, column = pixel % (t.w / 2) * 2;
        float largest;
        const size_t place =
            place_of_maximum(&t, (row * t.w + column) * t.channels + channel, &largest);
        e.values[i] = largest;
        if (place == SIZE_MAX) continue;
        const double g = t.dy[i];
        expect_term(&e, n / 4 + place, kind == 2 ? g * p->factor[channel] : g);
        if (!t.sums) continue;
        expect_term(&e, n / 4 + n + channel, g);
        expect_term(&e, n / 4 + n + t.channels + channel, g * x[place]);
    }
    check_kernel(c, "fused pool", e, SUM_TOLERANCE, run_pooled, &t);
}

void check_fused(checks *c) { flip(c) ? check_loop(c) : check_pooled(c); }
