#include "CMNISTSample.h"

#pragma clang diagnostic ignored "-Wc23-extensions" // #embed is standard from C23 on

static const unsigned char bytes[] = {
#embed "mnist-6000.idx3.gz"
};

const unsigned char *const mnist_sample = bytes;
const size_t mnist_sample_size = sizeof bytes;
