// Convolutions and their gradients, of images as they lie and in blocks.
#include "checks.h"

#include <string.h>

typedef struct {
    kernel_conv2d_shape shape;
    kernel_conv2d_part part;
    kernel_conv2d_way way;
    const float *x, *w, *dy;
    const float *bias, *channel_bias;  // of y and of dx, or NULL
    size_t scratch;                    // of images in blocks
    checks *c;
    kernel_pixel_order x_order, y_order;  // of blocks
} convolution_case;

static size_t x_count(const kernel_conv2d_shape *s) { return s->n * s->h * s->w * s->c; }
static size_t w_count(const kernel_conv2d_shape *s) { return s->r * s->s * s->c * s->k; }
static size_t y_count(const kernel_conv2d_shape *s) { return s->n * s->p * s->q * s->k; }

/// The result of a part, by its definition.
static expected_values plain(const convolution_case *t) {
    const kernel_conv2d_shape *s = &t->shape;
    const size_t count = t->part == KERNEL_CONV2D_FORWARD ? y_count(s)
        : t->part == KERNEL_CONV2D_INPUT_GRADIENT         ? x_count(s)
                                                          : w_count(s);
    expected_values e = expect(t->c, count);
    for (size_t y = 0; t->part == KERNEL_CONV2D_FORWARD && t->bias != NULL && y < count; y++)
        expect_term(&e, y, t->bias[y % s->k]);
    const bool is_biased = t->part == KERNEL_CONV2D_INPUT_GRADIENT && t->channel_bias != NULL;
    for (size_t x = 0; is_biased && x < count; x++) expect_term(&e, x, t->channel_bias[x % s->c]);
    for (size_t pixel = 0; pixel < s->n * s->p * s->q; pixel++) {
        const size_t n = pixel / (s->p * s->q), p = pixel / s->q % s->p, q = pixel % s->q;
        for (size_t tap = 0; tap < s->r * s->s; tap++) {
            const size_t row = p * s->stride_h + tap / s->s - s->pad_top;
            const size_t column = q * s->stride_w + tap % s->s - s->pad_left;
            if (row >= s->h || column >= s->w) continue;  // negative ones are large
            const size_t x = ((n * s->h + row) * s->w + column) * s->c;
            for (size_t ck = 0; ck < s->c * s->k; ck++) {
                const size_t c = ck / s->k, k = ck % s->k;
                const size_t xi = x + c, wi = tap * s->c * s->k + ck, yi = pixel * s->k + k;
                switch (t->part) {
                case KERNEL_CONV2D_FORWARD: expect_term(&e, yi, (double)t->x[xi] * t->w[wi]); break;
                case KERNEL_CONV2D_INPUT_GRADIENT:
                    expect_term(&e, xi, (double)t->dy[yi] * t->w[wi]);
                    break;
                case KERNEL_CONV2D_FILTER_GRADIENT:
                    expect_term(&e, wi, (double)t->x[xi] * t->dy[yi]);
                }
            }
        }
    }
    return e;
}

static double tolerance(const convolution_case *t, expected_values *e) {
    if (t->way != KERNEL_CONV2D_WINOGRAD && t->way != KERNEL_CONV2D_WINOGRAD_PRODUCTS)
        return SUM_TOLERANCE;
    // Winograd's error is a share of what lies around a pixel, too.
    double most = 0;
    for (size_t i = 0; i < e->n; i++) most = e->sizes[i] > most ? e->sizes[i] : most;
    for (size_t i = 0; i < e->n; i++) e->sizes[i] = most;
    return WINOGRAD_TOLERANCE;
}

static void set_output(checks *c, kernel_conv2d_shape *s, size_t below, size_t right) {
    s->p = (s->h + s->pad_top + below - s->r) / s->stride_h + 1;
    s->q = (s->w + s->pad_left + right - s->s) / s->stride_w + 1;
    describe(c,
        "n %zu, %zu x %zu, c %zu, filter %zu x %zu, %zu x %zu, k %zu, stride %zu %zu, pad %zu %zu",
        s->n, s->h, s->w, s->c, s->r, s->s, s->p, s->q, s->k, s->stride_h, s->stride_w, s->pad_top,
        s->pad_left);
}

static const size_t channels[] = {
    1, 2, 3, 4, 5, 8, 11, 13, 16, 17, 20, 24, 31, 32, 33, 40, 48, 64, 70};
static size_t pick_channels(checks *c) {
    return channels[pick(c, 0, sizeof channels / sizeof channels[0] - 1)];
}

// MARK: Images as they lie

static void run_part(void *context, kernel_pool *pool, float *out) {
    const convolution_case *t = context;
    const int threads = kernel_pool_threads(pool);
    float *scratch =
        unwritten_floats(t->c, kernel_conv2d_scratch(&t->shape, t->part, t->way, threads));
    const float *w = t->w;
    const size_t packed_size = kernel_conv2d_packed_filter(&t->shape, t->part, t->way);
    if (packed_size > 0) {
        float *packed = unwritten_floats(t->c, packed_size);
        kernel_conv2d_pack_filter(pool, t->way, packed, w, &t->shape, t->part);
        w = packed;
    }
    switch (t->part) {
    case KERNEL_CONV2D_FORWARD:
        kernel_conv2d(pool, t->way, out, t->x, w, t->bias, &t->shape, scratch);
        break;
    case KERNEL_CONV2D_INPUT_GRADIENT:
        kernel_conv2d_input_gradient(
            pool, t->way, out, t->dy, w, t->channel_bias, &t->shape, scratch);
        break;
    case KERNEL_CONV2D_FILTER_GRADIENT:
        kernel_conv2d_filter_gradient(pool, t->way, out, t->x, t->dy, &t->shape, scratch);
    }
}

/// One of many channels, a strided one with few, as a discriminator's first layer is, or anything
/// else.
static bool pick_shape(checks *c, kernel_conv2d_shape *s) {
    *s = (kernel_conv2d_shape){
        .n = pick(c, 1, 4),
        .h = pick(c, 1, 17),
        .w = pick(c, 1, 17),
        .c = pick_channels(c),
        .r = pick(c, 1, 6),
        .s = pick(c, 1, 6),
        .k = pick_channels(c),
        .stride_h = pick(c, 1, 4),
        .stride_w = pick(c, 1, 4),
    };
    switch (pick(c, 0, 5)) {
    case 0:
        s->stride_h = s->stride_w = 2;
        s->r = s->s = pick(c, 4, 5);
        s->c = pick(c, 1, 4);
        break;
    case 1: s->stride_h = s->stride_w = 1, s->r = s->s = 3; break;
    case 2:
        s->n = pick(c, 1, 7);
        s->c = pick(c, 16, 70), s->k = pick(c, 16, 70);
        s->r = pick(c, 2, 6), s->s = flip(c) ? s->r : pick(c, 2, 6);
        s->stride_h = pick(c, 1, 2), s->stride_w = flip(c) ? s->stride_h : pick(c, 1, 2);
        break;
    default: break;
    }
    // Now and then there is nothing to do.
    if (pick(c, 0, 29) == 0) *(flip(c) ? &s->n : flip(c) ? &s->c : &s->k) = 0;
    s->pad_top = pick(c, 0, s->r), s->pad_left = pick(c, 0, s->s);
    const size_t below = pick(c, 0, s->r), right = pick(c, 0, s->s);
    if (s->h + s->pad_top + below < s->r || s->w + s->pad_left + right < s->s) return false;
    set_output(c, s, below, right);
    return true;
}

void check_convolution(checks *c) {
    static const char *const names[] = {"convolution", "input gradient", "filter gradient"};
    convolution_case t = {.c = c};
    if (!pick_shape(c, &t.shape)) return;
    t.x = random_floats(c, x_count(&t.shape));
    t.w = random_floats(c, w_count(&t.shape));
    t.dy = random_floats(c, y_count(&t.shape));
    if (flip(c)) t.bias = random_floats(c, t.shape.k);
    if (flip(c)) t.channel_bias = random_floats(c, t.shape.c);
    for (t.part = KERNEL_CONV2D_FORWARD; t.part <= KERNEL_CONV2D_FILTER_GRADIENT; t.part++) {
        const kernel_conv2d_way chosen = kernel_conv2d_choose(&t.shape, t.part, false);
        const kernel_conv2d_way ways[] = {chosen, KERNEL_CONV2D_TAPS};
        for (size_t i = 0; i < (chosen == KERNEL_CONV2D_TAPS ? 1 : 2); i++) {
            t.way = ways[i];
            expected_values e = plain(&t);
            const double most = tolerance(&t, &e);
            check_kernel(c, names[t.part], e, most, run_part, &t);
        }
    }
}

// MARK: Images in blocks

static size_t blocked_count(size_t n, size_t size) {
    return (n + KERNEL_BLOCK - 1) / KERNEL_BLOCK * KERNEL_BLOCK * size;
}

/// Where value i of an image lies in its block, pixels in the given order.
static size_t blocked_place(
    kernel_pixel_order order, size_t width, size_t channel_count, size_t n, size_t size, size_t i) {
    size_t pixel = i / channel_count;
    if (order == KERNEL_WINDOWS) {
        const size_t row = pixel / width, column = pixel % width;
        pixel = ((row / 2) * (width / 2) + column / 2) * 4 + row % 2 * 2 + column % 2;
    }
    const size_t value = pixel * channel_count + i % channel_count;
    return (n / KERNEL_BLOCK * size + value) * KERNEL_BLOCK + n % KERNEL_BLOCK;
}

/// Images in blocks; the lanes behind the last one hold NaN, which nothing may take.
static float *in_blocks(checks *c, const float *images, kernel_pixel_order order, size_t n,
    size_t width, size_t size, size_t channel_count) {
    float *blocks = unwritten_floats(c, blocked_count(n, size));
    for (size_t i = 0; i < n * size; i++)
        blocks[blocked_place(order, width, channel_count, i / size, size, i % size)] = images[i];
    return blocks;
}

static void out_of_blocks(float *images, const float *blocks, kernel_pixel_order order, size_t n,
    size_t width, size_t size, size_t channel_count) {
    for (size_t i = 0; i < n * size; i++)
        images[i] = blocks[blocked_place(order, width, channel_count, i / size, size, i % size)];
}

static void run_blocked_part(void *context, kernel_pool *pool, float *out) {
    const convolution_case *t = context;
    const kernel_conv2d_shape *s = &t->shape;
    const size_t x_size = s->h * s->w * s->c, y_size = s->p * s->q * s->k;
    const kernel_pixel_order x_order = t->x_order, y_order = t->y_order;
    float *scratch = unwritten_floats(t->c, t->scratch);
    float *x = in_blocks(t->c, t->x, x_order, s->n, s->w, x_size, s->c);
    float *dy = in_blocks(t->c, t->dy, y_order, s->n, s->q, y_size, s->k);
    float *result;
    switch (t->part) {
    case KERNEL_CONV2D_FORWARD:
        result = unwritten_floats(t->c, blocked_count(s->n, y_size));
        kernel_blocked_conv2d(pool, t->way, result, y_order, x, x_order, t->w, t->bias, s, scratch);
        out_of_blocks(out, result, y_order, s->n, s->q, y_size, s->k);
        break;
    case KERNEL_CONV2D_INPUT_GRADIENT:
        result = unwritten_floats(t->c, blocked_count(s->n, x_size));
        kernel_blocked_conv2d_input_gradient(
            pool, t->way, result, x_order, dy, y_order, t->w, t->channel_bias, s, scratch);
        out_of_blocks(out, result, x_order, s->n, s->w, x_size, s->c);
        break;
    case KERNEL_CONV2D_FILTER_GRADIENT:
        kernel_blocked_conv2d_filter_gradient(pool, out, x, x_order, dy, y_order, s, scratch);
    }
}

/// Into blocks, and back.
static void check_conversion(checks *c, const convolution_case *t) {
    const kernel_conv2d_shape *s = &t->shape;
    const size_t size = s->h * s->w * s->c;
    for (size_t i = 0; i < POOLS; i++) {
        float *blocks = unwritten_floats(c, blocked_count(s->n, size));
        float *back = unwritten_floats(c, s->n * size);
        kernel_block_images(c->pools[i], blocks, t->x, s->n, size);
        kernel_unblock_images(c->pools[i], back, blocks, s->n, size);
        float *again = unwritten_floats(c, s->n * size);
        out_of_blocks(again, blocks, KERNEL_ROWS, s->n, s->w, size, s->c);
        if (memcmp(again, t->x, s->n * size * sizeof(float)) != 0)
            fail(c, "images in blocks", "are others");
        if (memcmp(back, t->x, s->n * size * sizeof(float)) != 0)
            fail(c, "images out of blocks", "are others");
    }
}

void check_blocked_convolution(checks *c) {
    static const char *const names[] = {
        "blocked convolution", "blocked input gradient", "blocked filter gradient"};
    convolution_case t = {.c = c};
    kernel_conv2d_shape *s = &t.shape;
    *s = (kernel_conv2d_shape){
        .n = pick(c, 1, 36),
        .h = pick(c, 1, 5) * 2,
        .w = pick(c, 1, 5) * 2,
        .c = pick(c, 1, 16),
        .r = pick(c, 1, 5),
        .s = pick(c, 1, 5),
        .k = pick(c, 1, 28),
        .stride_h = 1,
        .stride_w = 1,
    };
    if (flip(c)) s->r = s->s = 3, s->pad_top = s->pad_left = 1;
    if (s->r != 3 || s->s != 3)
        s->pad_top = pick(c, 0, s->r - 1), s->pad_left = pick(c, 0, s->s - 1);
    set_output(c, s, s->r - 1 - s->pad_top, s->s - 1 - s->pad_left);
    t.x_order = flip(c) ? KERNEL_ROWS : KERNEL_WINDOWS;
    t.y_order = flip(c) ? KERNEL_ROWS : KERNEL_WINDOWS;
    t.x = random_floats(c, x_count(s));
    t.w = random_floats(c, w_count(s));
    t.dy = random_floats(c, y_count(s));
    if (flip(c)) t.bias = random_floats(c, s->k);
    if (flip(c)) t.channel_bias = random_floats(c, s->c);
    check_conversion(c, &t);
    for (t.part = KERNEL_CONV2D_FORWARD; t.part <= KERNEL_CONV2D_FILTER_GRADIENT; t.part++) {
        const kernel_conv2d_way chosen = kernel_conv2d_choose(s, t.part, true);
        const kernel_conv2d_way ways[] = {chosen, KERNEL_CONV2D_TAPS};
        for (size_t i = 0; i < (chosen == KERNEL_CONV2D_TAPS ? 1 : 2); i++) {
            t.way = ways[i];
            t.scratch = kernel_blocked_conv2d_scratch(s, t.part, t.way);
            expected_values e = plain(&t);
            const double most = tolerance(&t, &e);
            check_kernel(c, names[t.part], e, most, run_blocked_part, &t);
        }
    }
}
