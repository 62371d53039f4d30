// Products of rows in double precision, for statistics of features: where a sum of millions of products
// is taken from another of its size, single precision leaves nothing.

#include "instruction_set.h"

enum { LANES = 4, X_ROWS = 3, Y_ROWS = 4 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));

INLINE double sum_of(const lanes *v) { return ((*v)[0] + (*v)[1]) + ((*v)[2] + (*v)[3]); }

/// A tile of at most X_ROWS × Y_ROWS products. Rows that there are not are the last one once more.
INLINE void tile(const double *const x[X_ROWS], const double *const y[Y_ROWS], size_t d,
    double out[X_ROWS][Y_ROWS]) {
    lanes sums[X_ROWS][Y_ROWS] = {0};
    size_t k = 0;
    for (; k + LANES <= d; k += LANES)
        for (size_t i = 0; i < X_ROWS; ++i)
            for (size_t j = 0; j < Y_ROWS; ++j)
                sums[i][j] += *(const lanes *)(x[i] + k) * *(const lanes *)(y[j] + k);
    for (size_t i = 0; i < X_ROWS; ++i)
        for (size_t j = 0; j < Y_ROWS; ++j) {
            double sum = sum_of(&sums[i][j]);
            for (size_t rest = k; rest < d; ++rest) sum += x[i][rest] * y[j][rest];
            out[i][j] = sum;
        }
}

KERNEL_CLONES(, void, kernel_row_products,
    (const double *x, size_t n, const double *y, size_t m, size_t d, double *out),
    (x, n, y, m, d, out)) {
    for (size_t i = 0; i < n; i += X_ROWS)
        for (size_t j = 0; j < m; j += Y_ROWS) {
            const double *x_rows[X_ROWS], *y_rows[Y_ROWS];
            for (size_t row = 0; row < X_ROWS; ++row)
                x_rows[row] = x + (i + row < n ? i + row : n - 1) * d;
            for (size_t row = 0; row < Y_ROWS; ++row)
                y_rows[row] = y + (j + row < m ? j + row : m - 1) * d;
            double products[X_ROWS][Y_ROWS];
            tile(x_rows, y_rows, d, products);
            for (size_t row = 0; row < X_ROWS && i + row < n; ++row)
                for (size_t column = 0; column < Y_ROWS && j + column < m; ++column)
                    out[(i + row) * m + j + column] = products[row][column];
        }
}
