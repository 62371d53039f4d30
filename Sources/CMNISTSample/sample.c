#include "CMNISTSample.h"

#pragma clang diagnostic ignored "-Wc23-extensions" // #embed is standard from C23 on

static const unsigned char images[] = {
#embed "mnist-6000.idx3.gz"
};

const unsigned char *const mnist_sample = images;
const size_t mnist_sample_size = sizeof images;

static const unsigned char labels[] = {
#embed "mnist-6000.idx1.gz"
};

const unsigned char *const mnist_sample_labels = labels;
const size_t mnist_sample_labels_size = sizeof labels;
