// MNIST's first 6,000 training images with their labels, embedded in the binary. README.md tells their origin and licence.
#pragma once

#include <stddef.h>

/// A gzip stream of mnist_sample_size bytes, which holds an IDX file of 6000 × 28 × 28 unsigned bytes.
extern const unsigned char *_Nonnull const mnist_sample;
extern const size_t mnist_sample_size;

/// A gzip stream, which holds an IDX file of the images' 6000 labels.
extern const unsigned char *_Nonnull const mnist_sample_labels;
extern const size_t mnist_sample_labels_size;
