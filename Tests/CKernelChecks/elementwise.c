// Functions of each value, of each two, and Adam of a whole array.
#include "checks.h"

#include <math.h>
#include <string.h>

typedef struct {
    checks *c;
    size_t n;
    const float *x, *y;
    float parameter;
    kernel_unary unary;
    kernel_unary_with unary_with;
    kernel_binary binary;
    kernel_binary_with binary_with;
    bool in_place;
} elementwise_case;

static void run_elementwise(void *context, kernel_pool *pool, float *out) {
    const elementwise_case *t = context;
    (void)pool;
    const float *x = t->x;
    if (t->in_place) x = memcpy(out, t->x, t->n * sizeof(float));
    if (t->unary != NULL) t->unary(out, x, t->n);
    if (t->unary_with != NULL) t->unary_with(out, x, t->parameter, t->n);
    if (t->binary != NULL) t->binary(out, x, t->y, t->n);
    if (t->binary_with != NULL) t->binary_with(out, x, t->y, t->parameter, t->n);
}

static double negated(double x) { return -x; }
static double square(double x) { return x * x; }
static double reciprocal(double x) { return 1 / x; }
static double reciprocal_root(double x) { return 1 / sqrt(x); }
static double relu(double x) { return x <= 0 ? 0 : x; }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }
static double leaky(double x, double slope) { return x > 0 ? x : slope * x; }

static double add(double x, double y) { return x + y; }
static double subtract(double x, double y) { return x - y; }
static double multiply(double x, double y) { return x * y; }
static double divide(double x, double y) { return x / y; }
static double squared_difference(double x, double y) { return (x - y) * (x - y); }
static double relu_gradient(double dy, double y) { return y > 0 ? dy : 0; }
static double sigmoid_gradient(double y, double dy) { return dy * y * (1 - y); }
static double root_gradient(double y, double dy) { return dy * -0.5 * y * y * y; }
static double tanh_gradient(double y, double dy) { return dy * (1 - y * y); }
static double largest(double x, double y) { return x > y ? x : y; }
static double smallest(double x, double y) { return x < y ? x : y; }

static const struct {
    const char *name;
    kernel_unary kernel;
    double (*plain)(double);
    bool positive;  // its arguments
} unary[] = {
    {"neg", kernel_neg, negated},
    {"exp", kernel_exp, exp},
    {"log", kernel_log, log, true},
    {"sqrt", kernel_sqrt, sqrt, true},
    {"rsqrt", kernel_rsqrt, reciprocal_root, true},
    {"reciprocal", kernel_reciprocal, reciprocal},
    {"square", kernel_square, square},
    {"relu", kernel_relu, relu},
    {"sigmoid", kernel_sigmoid, sigmoid},
    {"softplus", kernel_softplus, softplus},
    {"tanh", kernel_tanh, tanh},
};

static const struct {
    const char *name;
    kernel_binary kernel;
    double (*plain)(double, double);
} binary[] = {
    {"add", kernel_add, add},
    {"sub", kernel_sub, subtract},
    {"mul", kernel_mul, multiply},
    {"div", kernel_div, divide},
    {"squared_difference", kernel_squared_difference, squared_difference},
    {"relu_grad", kernel_relu_grad, relu_gradient},
    {"sigmoid_grad", kernel_sigmoid_grad, sigmoid_gradient},
    {"rsqrt_grad", kernel_rsqrt_grad, root_gradient},
    {"tanh_grad", kernel_tanh_grad, tanh_gradient},
    {"max", kernel_max, largest},
    {"min", kernel_min, smallest},
};

/// Of functions: 4 ulp, which is their documented error and a margin; of polynomials of x and y, a
/// share of the terms.
static const double unary_tolerance = 4e-7, binary_tolerance = 4e-7;

/// Numbers from about 1e-4 to 1e4, for some as large as the function takes, or from -30 to 30.
static const float *arguments(checks *c, size_t n, bool positive) {
    float *x = random_floats(c, n);
    const bool wide = flip(c);
    for (size_t i = 0; i < n; i++)
        x[i] = positive || wide ? copysignf(expf(9 * x[i]), positive ? 1 : x[i] - 0.3f) : 30 * x[i];
    return x;
}

static void check_unary(checks *c, size_t n) {
    for (size_t f = 0; f < sizeof unary / sizeof unary[0]; f++) {
        elementwise_case t = {.c = c, .n = n, .unary = unary[f].kernel, .in_place = flip(c)};
        t.x = arguments(c, n, unary[f].positive);
        expected_values e = expect(c, n);
        for (size_t i = 0; i < n; i++) {
            const double y = unary[f].plain(t.x[i]);
            expect_term(&e, i, fabs(y) > 0x1.fffffep127 ? copysign(INFINITY, y) : y);
            // What is smaller than a normal number has fewer digits.
            e.sizes[i] = isinf(y) || isinf(e.values[i]) ? 0 : fmax(fabs(y), 0x1p-126);
            if (unary[f].plain == softplus) e.sizes[i] = fmax(e.sizes[i], 1e-3 * (t.x[i] > -9));
        }
        check_kernel(c, unary[f].name, e, unary_tolerance, run_elementwise, &t);
    }
    elementwise_case t = {.c = c, .n = n, .unary_with = kernel_leaky_relu, .parameter = 0.2f};
    t.x = random_floats(c, n), t.in_place = flip(c);
    expected_values e = expect(c, n);
    for (size_t i = 0; i < n; i++) expect_term(&e, i, leaky(t.x[i], t.parameter));
    check_kernel(c, "leaky_relu", e, unary_tolerance, run_elementwise, &t);
}

static void check_binary(checks *c, size_t n) {
    for (size_t f = 0; f < sizeof binary / sizeof binary[0]; f++) {
        elementwise_case t = {.c = c, .n = n, .binary = binary[f].kernel, .in_place = flip(c)};
        t.x = random_floats(c, n), t.y = random_floats(c, n);
        expected_values e = expect(c, n);
        for (size_t i = 0; i < n; i++) {
            expect_term(&e, i, binary[f].plain(t.x[i], t.y[i]));
            e.sizes[i] = fmax(fabs(e.values[i]), 1);
        }
        check_kernel(c, binary[f].name, e, binary_tolerance, run_elementwise, &t);
    }
    elementwise_case t = {.c = c, .n = n, .binary_with = kernel_leaky_relu_grad, .parameter = 0.2f};
    t.x = random_floats(c, n), t.y = random_floats(c, n), t.in_place = flip(c);
    expected_values e = expect(c, n);
    for (size_t i = 0; i < n; i++)
        expect_term(&e, i, t.y[i] > 0 ? t.x[i] : (double)t.parameter * t.x[i]);
    check_kernel(c, "leaky_relu_grad", e, binary_tolerance, run_elementwise, &t);
}

// MARK: Copies

static void check_copies(checks *c, size_t n) {
    float *out = unwritten_floats(c, n);
    kernel_fill(out, 0.5f, n);
    for (size_t i = 0; i < n; i++) {
        if (out[i] != 0.5f) return fail(c, "fill", "[%zu] is %g", i, out[i]);
    }
    const size_t columns = pick_size(c, 50), rows = columns == 0 ? 0 : n / columns;
    const float *row = random_floats(c, columns);
    out = unwritten_floats(c, rows * columns);
    kernel_repeat_row(out, row, rows, columns);
    for (size_t i = 0; i < rows * columns; i++) {
        if (out[i] != row[i % columns]) return fail(c, "repeat_row", "[%zu] is %g", i, out[i]);
    }
    float *x = random_floats(c, n);
    if (!kernel_all_finite(x, n)) fail(c, "all_finite", "is false");
    if (n == 0) return;
    static const float other[] = {INFINITY, -INFINITY, NAN};
    x[pick(c, 0, n - 1)] = other[pick(c, 0, 2)];
    if (kernel_all_finite(x, n)) fail(c, "all_finite", "is true");
}

// MARK: Adam

typedef struct {
    const float *var, *m, *v, *g;
    size_t n, times;
} adam_case;

static const float rate = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;

static void run_adam(void *context, kernel_pool *pool, float *out) {
    const adam_case *t = context;
    const size_t n = t->n, bytes = n * sizeof(float);
    memcpy(out, t->var, bytes), memcpy(out + n, t->m, bytes), memcpy(out + 2 * n, t->v, bytes);
    kernel_adam(pool, out, out + n, out + 2 * n, t->g, n, t->times, rate, beta1, beta2, epsilon);
}

static void check_adam(checks *c, size_t n) {
    // Now and then more than a task.
    if (pick(c, 0, 9) == 0) n += 3 * 8192;
    adam_case t = {.n = n, .times = pick(c, 1, 3)};
    t.var = random_floats(c, n), t.m = random_floats(c, n), t.g = random_floats(c, n);
    float *variance = random_floats(c, n);
    for (size_t i = 0; i < n; i++) variance[i] = 0.1f + fabsf(variance[i]);
    t.v = variance;
    expected_values e = expect(c, 3 * n);
    for (size_t i = 0; i < n; i++) {
        double var = t.var[i], m = t.m[i], v = t.v[i];
        const double g = t.g[i];
        for (size_t time = 0; time < t.times; time++) {
            m += (g - m) * (1 - (double)beta1);
            v += (g * g - v) * (1 - (double)beta2);
            var -= (double)rate * m / (sqrt(v) + (double)epsilon);
        }
        e.values[i] = var, e.values[n + i] = m, e.values[2 * n + i] = v;
        e.sizes[i] = e.sizes[n + i] = e.sizes[2 * n + i] = 1;
    }
    check_kernel(c, "adam", e, SUM_TOLERANCE, run_adam, &t);
}

void check_elementwise(checks *c) {
    const size_t n = pick_size(c, 3000);
    describe(c, "%zu values", n);
    check_unary(c, n);
    check_binary(c, n);
    check_copies(c, n);
    check_adam(c, n);
}
