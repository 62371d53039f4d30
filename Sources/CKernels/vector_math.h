// Exponentials and logarithms of vectors, without branches: what is special is selected at the end.
//
// Each reduces its argument to a small interval, where a polynomial is fitted to the remainder of
// the Taylor series with the largest relative error as small as possible (Lawson's iteration in
// double precision; the coefficients rounded one after another, the rest refitted each time), so
// that the leading terms stay exact. Errors below are the largest seen in sweeps over all binades;
// they hold with and without fused multiply-add.
//
//   function               error, ulp
//   exponential            1.0
//   logarithm              0.9
//   sigmoid                2.4
//   softplus               1.8
//   hyperbolic_tangent     1.4
//
// To be included for each width of vectors: NUMBERS and INTEGERS are their types, and NAMED(f) is
// what the function f is to be called.
#include "vector.h"

#include <math.h>

/// y = magnitude with the sign of x.
INLINE void NAMED(copy_sign)(NUMBERS *y, const NUMBERS *magnitude, const NUMBERS *x) {
    *y = (NUMBERS)(((INTEGERS)*magnitude & INT32_MAX) | ((INTEGERS)*x & INT32_MIN));
}

INLINE void NAMED(absolute)(NUMBERS *y, const NUMBERS *x) {
    *y = (NUMBERS)((INTEGERS)*x & INT32_MAX);
}

/// 2^n for -126 ≤ n ≤ 127.
INLINE void NAMED(power_of_two)(NUMBERS *y, const INTEGERS *n) { *y = (NUMBERS)((*n + 127) << 23); }

/// y = exp(x): x = n log 2 + r with |r| ≤ log 2 / 2, and exp(x) = 2^n exp(r).
///
/// 2^n is multiplied in two halves, so that results in the denormal range are rounded once and the
/// largest do not overflow early.
INLINE void NAMED(exponential)(NUMBERS *y, const NUMBERS *argument) {
    NUMBERS x = *argument;
    // exp(89) is infinite, exp(-104) is zero; NaN passes both.
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    // Adding this leaves the nearest integer in the low bits.
    const NUMBERS round = 0x1.8p23f;
    const NUMBERS shifted = x * 0x1.715476p0f + round;
    const NUMBERS whole = shifted - round;
    const NUMBERS r = (x - whole * 0x1.62e4p-1f) - whole * 0x1.7f7d1cp-20f;
    NUMBERS p = 0x1.9e1b2ap-13f;
    p = p * r + 0x1.6d4f3ap-10f;
    p = p * r + 0x1.1113p-7f;
    p = p * r + 0x1.5554e6p-5f;
    p = p * r + 0x1.555554p-3f;
    p = p * r + 0.5f;
    p = 1.0f + (r + r * r * p);
    const INTEGERS n = (INTEGERS)shifted - (INTEGERS)round;
    const INTEGERS half = n >> 1, rest = n - half;
    NUMBERS first, second;
    NAMED(power_of_two)(&first, &half);
    NAMED(power_of_two)(&second, &rest);
    *y = p * first * second;
}

/// head + tail = log(1 + f) for √½ ≤ 1 + f ≤ √2, head being f.
INLINE void NAMED(log_tail)(NUMBERS *tail, const NUMBERS *f) {
    const NUMBERS x = *f;
    NUMBERS p = -0x1.38c966p-4f;
    p = p * x + 0x1.055eb6p-3f;
    p = p * x - 0x1.0d824ap-3f;
    p = p * x + 0x1.22d93p-3f;
    p = p * x - 0x1.54728ap-3f;
    p = p * x + 0x1.99a01cp-3f;
    p = p * x - 0x1.000226p-2f;
    p = p * x + 0x1.555554p-2f;
    *tail = x * x * (p * x - 0.5f);
}

/// y = log(x): x = 2^e m with √½ ≤ m < √2, and log(x) = e log 2 + log(m). Denormals are scaled into
/// range first.
INLINE void NAMED(logarithm)(NUMBERS *y, const NUMBERS *argument) {
    const NUMBERS x = *argument;
    const INTEGERS tiny = x < 0x1p-126f;
    const NUMBERS scaled = tiny ? x * 0x1p23f : x;
    const INTEGERS root_half = 0x3f3504f3;
    const INTEGERS bits = (INTEGERS)scaled - root_half;
    const NUMBERS f = (NUMBERS)((bits & 0x7fffff) + root_half) - 1.0f;
    const NUMBERS e = __builtin_convertvector((bits >> 23) + (tiny & -23), NUMBERS);
    NUMBERS tail;
    NAMED(log_tail)(&tail, &f);
    NUMBERS result = e * 0x1.62e4p-1f + (f + (tail + e * 0x1.7f7d1cp-20f));
    result = x == INFINITY ? x : result;
    result = x == 0.0f ? -INFINITY : result;
    result = x >= 0.0f ? result : NAN;
    *y = result;
}

/// y = log(1 + u) for 0 ≤ u ≤ 1, of full relative precision near 0. NaN stays NaN.
INLINE void NAMED(log_1_plus)(NUMBERS *y, const NUMBERS *argument) {
    const NUMBERS u = *argument;
    // Above √2 - 1, log(1 + u) = log 2 + log((1 + u) / 2).
    const INTEGERS upper = u > 0x1.a8279ap-2f;
    const NUMBERS f = upper ? u * 0.5f - 0.5f : u;
    NUMBERS tail;
    NAMED(log_tail)(&tail, &f);
    *y = upper ? 0x1.62e4p-1f + (f + (tail + 0x1.7f7d1cp-20f)) : f + tail;
}

/// y = 1 / (1 + exp(-x)), by exp(-|x|), which cannot overflow.
INLINE void NAMED(sigmoid)(NUMBERS *y, const NUMBERS *x) {
    NUMBERS negated, e;
    NAMED(absolute)(&negated, x);
    negated = -negated;
    NAMED(exponential)(&e, &negated);
    *y = (*x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/// y = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
INLINE void NAMED(softplus)(NUMBERS *y, const NUMBERS *x) {
    NUMBERS negated, e, log;
    NAMED(absolute)(&negated, x);
    negated = -negated;
    NAMED(exponential)(&e, &negated);
    NAMED(log_1_plus)(&log, &e);
    *y = (*x > 0.0f ? *x : 0.0f) + log;
}

/// y = tanh(x): an odd polynomial near 0, else 1 - 2 / (exp(2|x|) + 1).
INLINE void NAMED(hyperbolic_tangent)(NUMBERS *y, const NUMBERS *argument) {
    const NUMBERS x = *argument, z = x * x;
    NUMBERS p = 0x1.1a2818p-9f;
    p = p * z - 0x1.0c5edp-7f;
    p = p * z + 0x1.63a55p-6f;
    p = p * z - 0x1.b9f188p-5f;
    p = p * z + 0x1.11107ap-3f;
    p = p * z - 0x1.555554p-2f;
    const NUMBERS small = x + x * z * p;
    NUMBERS magnitude, e;
    NAMED(absolute)(&magnitude, &x);
    const NUMBERS twice = magnitude + magnitude;
    NAMED(exponential)(&e, &twice);
    NUMBERS large = 1.0f - 2.0f / (e + 1.0f);
    NAMED(copy_sign)(&large, &large, &x);
    *y = magnitude < 0.625f ? small : large;
}
