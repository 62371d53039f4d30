#include "CJudge.h"

#pragma clang diagnostic ignored "-Wc23-extensions" // #embed is standard from C23 on

static const unsigned char bytes[] = {
#embed "judge.safetensors"
};

const unsigned char *const judge_weights = bytes;
const size_t judge_weights_size = sizeof bytes;
