#!/usr/bin/env python3
"""Writes tensor-types.tfevents: tensors of all types, in both ways in which a TensorProto has them.

    pip install tensorboard numpy ml_dtypes
    python3 make-tensor-types.py

A tag is `<type>/<way>`: `content` has NumPy's bytes, as make_tensor_proto does for most types, which
is checked; `list` has the elements in the field that TensorFlow's tensor.cc takes for the type.
"""
import struct

import ml_dtypes
import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.util import tensor_util

event = event_pb2.Event(wall_time=1000, step=1)


def add(tag, proto):
    event.summary.value.add(tag=tag).tensor.CopyFrom(proto)


def tensor(type, shape, **fields):
    proto = tensor_pb2.TensorProto(dtype=types_pb2.DataType.Value("DT_" + type), **fields)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


numbers = {
    "float": np.array([1.5, -0.0, np.inf], np.float32),
    "double": np.array([0.1, 1e300, -2], np.float64),
    "half": np.array([0.1, -65504, 6e-8], np.float16),
    "int8": np.array([-128, 0, 127], np.int8),
    "uint8": np.array([0, 1, 255], np.uint8),
    "int16": np.array([-32768, 0, 32767], np.int16),
    "uint16": np.array([0, 1, 65535], np.uint16),
    "int32": np.array([-(2**31), 0, 2**31 - 1], np.int32),
    "uint32": np.array([0, 1, 2**32 - 1], np.uint32),
    "int64": np.array([-(2**63), 0, 2**53 + 1], np.int64),
    "uint64": np.array([0, 1, 2**64 - 1], np.uint64),
    "complex64": np.array([1 + 2j, -0.5j, 3], np.complex64),
    "complex128": np.array([1 + 0.1j, -0.5j, 3], np.complex128),
    "bool": np.array([True, False, True]),
    "bfloat16": np.array([0.1, -2, 3e38], ml_dtypes.bfloat16),
}
for name, array in numbers.items():
    kind = name.upper()
    content = tensor(kind, [3], tensor_content=array.tobytes())
    made = None if name == "bfloat16" else tensor_util.make_tensor_proto(array)
    assert made is None or not made.tensor_content or content == made, name
    add(f"{name}/content", content)
    if name in ("half", "bfloat16"):
        fields = {"half_val": array.view(np.uint16).tolist()}
    elif name.startswith("complex"):
        field = "scomplex_val" if name == "complex64" else "dcomplex_val"
        fields = {field: [part for z in array.tolist() for part in (z.real, z.imag)]}
    else:
        field = {"float": "float", "double": "double", "int64": "int64", "uint32": "uint32",
                 "uint64": "uint64", "bool": "bool"}.get(name, "int")
        fields = {field + "_val": array.tolist()}
    add(f"{name}/list", tensor(kind, [3], **fields))
    if name not in ("bfloat16", "uint32", "uint64"):  # TensorBoard reads those nowhere
        assert tensor_util.make_ndarray(event.summary.value[-1].tensor).tolist() == array.tolist()
for name, other in [("qint8", "int8"), ("quint8", "uint8"), ("qint16", "int16"),
                    ("quint16", "uint16"), ("qint32", "int32")]:
    add(f"{name}/content", tensor(name.upper(), [3], tensor_content=numbers[other].tobytes()))
    add(f"{name}/list", tensor(name.upper(), [3], int_val=numbers[other].tolist()))
strings = [b"", b"\xff\x00a", b"x" * 300]
add("string/list", tensor_util.make_tensor_proto(strings))
# EncodeStringList of TensorFlow's tensor_coding.cc: the lengths, then the bytes.
add("string/content", tensor("STRING", [3], tensor_content=b"\x00\x03\xac\x02" + b"".join(strings)))
add("resource/content", tensor("RESOURCE", [1], tensor_content=b"abc"))
add("float/cut", tensor("FLOAT", [1], tensor_content=b"abc"))

data = event.SerializeToString()
length = struct.pack("<Q", len(data))
with open("tensor-types.tfevents", "wb") as file:
    file.write(length + struct.pack("<I", masked_crc32c(length)))
    file.write(data + struct.pack("<I", masked_crc32c(data)))
