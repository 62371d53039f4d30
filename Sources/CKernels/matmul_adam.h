// What the ways to update a weight by a gradient that is a product share.
#pragma once

#include "adam.h"
#include "include/CKernels.h"

/// A weight's gradient and its steps of Adam:
///
///   g = Σₜ aₜᵀ · bₜ      aₜ [kₜ, rows], bₜ [kₜ, columns]: a layer's inputs and the gradients of
///                        its outputs, a batch each
///   (var, m, v) ← Adam(var, m, v, g), `times` times
typedef struct {
    float *var, *m, *v;  // [rows, columns]
    size_t rows, columns;
    const kernel_product *terms;
    size_t term_count, depth;  // depth: Σₜ kₜ
    size_t times;
    adam_rates rates;
} weight_update;

/// Floats from one row of a term's a to the next.
INLINE size_t a_row_of(const weight_update *update, size_t term) {
    return update->terms[term].a_row ? update->terms[term].a_row : update->rows;
}

void matmul_adam_streamed(kernel_pool *pool, const weight_update *update);
/// For wide vectors and at least PACKED_ROWS rows.
void matmul_adam_packed(kernel_pool *pool, const weight_update *update);

enum { PACKED_ROWS = 8 };
