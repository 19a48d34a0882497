"""The container of Dateline's model files: safetensors whose bytes depend on nothing but what is put in.

The metadata carries the SHA-256 of the data section, which is checked when the file is read (`crates/dateline-read/src/nlp/weights.rs`).
"""

import hashlib
import json

import numpy

DTYPES = {"float32": "F32", "int16": "I16", "int8": "I8", "uint32": "U32", "uint16": "U16", "uint8": "U8"}


def serialise(tensors, metadata):
    """The safetensors container, written here because the library orders its metadata at random."""
    names = sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n))
    data = b"".join(numpy.ascontiguousarray(tensors[n]).astype(tensors[n].dtype.newbyteorder("<")).tobytes() for n in names)
    header = {"__metadata__": {**metadata, "sha256": hashlib.sha256(data).hexdigest()}}
    start = 0
    for name in names:
        array = tensors[name]
        end = start + array.nbytes
        header[name] = {"dtype": DTYPES[array.dtype.name], "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
    header = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data
