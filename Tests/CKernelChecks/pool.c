// Max pooling by windows of any kind, and its gradient.
#include "checks.h"

#include <math.h>

typedef struct {
    kernel_conv2d_shape shape;
    const float *x, *y, *dy;
} pool_case;

static void run_pool(void *context, kernel_pool *pool, float *out) {
    const pool_case *t = context;
    kernel_max_pool(pool, out, t->x, &t->shape);
}

static void run_pool_gradient(void *context, kernel_pool *pool, float *out) {
    const pool_case *t = context;
    kernel_max_pool_gradient(pool, out, t->x, t->y, t->dy, &t->shape);
}

/// Values of a few kinds, so that windows hold equal maxima; at times special ones.
static const float *pick_values(checks *c, size_t n) {
    static const float plain[] = {-2, -1, 0, 1, 2, 3},
                       special[] = {-INFINITY, INFINITY, NAN, 0, 1, -1};
    const float *kinds = pick(c, 0, 2) == 0 ? special : plain;
    float *x = random_floats(c, n);
    for (size_t i = 0; i < n; i++) x[i] = kinds[pick(c, 0, 5)];
    return x;
}

void check_pool(checks *c) {
    pool_case t;
    kernel_conv2d_shape *s = &t.shape;
    const size_t channels = pick_size(c, 40);
    *s = (kernel_conv2d_shape){
        .n = pick(c, 0, 6),
        .h = pick(c, 1, 20),
        .w = pick(c, 1, 20),
        .c = channels,
        .k = channels,
        .r = pick(c, 1, 4),
        .s = pick(c, 1, 4),
        .stride_h = pick(c, 1, 4),
        .stride_w = pick(c, 1, 4),
    };
    if (flip(c)) s->r = s->s = s->stride_h = s->stride_w = 2, s->h *= 2, s->w *= 2;
    s->pad_top = pick(c, 0, s->r), s->pad_left = pick(c, 0, s->s);
    const size_t below = pick(c, 0, s->r), right = pick(c, 0, s->s);
    if (s->h + s->pad_top + below < s->r || s->w + s->pad_left + right < s->s) return;
    s->p = (s->h + s->pad_top + below - s->r) / s->stride_h + 1;
    s->q = (s->w + s->pad_left + right - s->s) / s->stride_w + 1;
    describe(c, "n %zu, %zu x %zu, c %zu, window %zu x %zu, %zu x %zu, stride %zu %zu, pad %zu %zu",
        s->n, s->h, s->w, s->c, s->r, s->s, s->p, s->q, s->stride_h, s->stride_w, s->pad_top,
        s->pad_left);
    const size_t x_count = s->n * s->h * s->w * s->c, y_count = s->n * s->p * s->q * s->c;
    t.x = pick_values(c, x_count), t.dy = random_floats(c, y_count);
    expected_values y = expect(c, y_count), dx = expect(c, x_count);
    for (size_t i = 0; i < y_count; i++) {
        const size_t channel = i % s->c, pixel = i / s->c;
        const size_t n = pixel / (s->p * s->q), p = pixel / s->q % s->p, q = pixel % s->q;
        size_t from = SIZE_MAX;
        y.values[i] = -INFINITY;
        for (size_t tap = 0; tap < s->r * s->s; tap++) {
            const size_t row = p * s->stride_h + tap / s->s - s->pad_top;
            const size_t column = q * s->stride_w + tap % s->s - s->pad_left;
            if (row >= s->h || column >= s->w) continue;  // negative ones are large
            const size_t place = ((n * s->h + row) * s->w + column) * s->c + channel;
            const double value = t.x[place], best = y.values[i];
            const bool wins = from == SIZE_MAX || value > best || (isnan(value) && !isnan(best));
            if (wins) from = place, y.values[i] = value;
        }
        if (from != SIZE_MAX) expect_term(&dx, from, t.dy[i]);
    }
    t.y = check_kernel(c, "max_pool", y, 0, run_pool, &t);
    check_kernel(c, "max_pool_gradient", dx, SUM_TOLERANCE, run_pool_gradient, &t);
}
