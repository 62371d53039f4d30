"""Makes the .npy files beside it with NumPy 2.4: the numbers -2, -1.5, … of shape [3, 4] in all the ways that are
read, some that are not, and of each type that is written."""
import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent
numbers = np.arange(-2, 4, 0.5).reshape(3, 4)
for name in ("<f4", ">f4", "<f8", ">f8"):
    kind = {"<": "little", ">": "big"}[name[0]] + name[2]
    np.save(folder / f"{kind}.npy", numbers.astype(name))
np.save(folder / "columns.npy", np.asfortranarray(numbers.astype("<f4")))
np.save(folder / "scalar.npy", np.float32(0.25))
np.save(folder / "empty.npy", np.zeros((0, 20), "<f4"))
np.save(folder / "integers.npy", numbers.astype("<i4"))
np.save(folder / "record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
for version in ((2, 0), (3, 0)):
    with open(folder / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, numbers.astype("<f4"), version=version)
for array in (
    np.array([1, -2], "i4"), np.array([[-1], [2]], "i1"), np.uint16(40_000), np.array([0.5, -2], "f2"),
    np.array([0.1]), np.array([[1 - 2j]], "c8"), np.array([True, False, True]),
):
    np.save(folder / f"written-{array.dtype}.npy", array)
