#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets: small files by the real NumPy, and broken ones. Needs NumPy.

The committed corpus is what this script wrote once (NumPy 1.24), plus minimised findings. Run: make_corpus.py FOLDER
"""
import io
import json
import pathlib
import struct
import sys
import warnings
import zipfile

import numpy as np
from numpy.lib import format as npy_format

ROOT = pathlib.Path(sys.argv[1])


def put(reader, name, content):
    folder = ROOT / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def npy(array, version=None):
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # versions 2 and 3 warn that old readers cannot open them
        npy_format.write_array(buffer, np.asanyarray(array), version=version)
    return buffer.getvalue()


def npz(method=zipfile.ZIP_STORED, **entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def safetensors(header, data, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def make_npy():
    matrix = np.array([[1, 0, 1], [0, 1, 1]])
    for kind in ["<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i4", "<i8", "|u1", ">u2", "<u4", ">u8", "|b1"]:
        put("npy", "ok_" + kind.translate(str.maketrans("<>|", "lb_")), npy(matrix.astype(kind)))
    put("npy", "ok_fortran", npy(np.asfortranarray(matrix * 0.5)))
    put("npy", "ok_version2", npy(matrix * 1.5, (2, 0)))
    put("npy", "ok_version3", npy(matrix * 1.5, (3, 0)))
    put("npy", "ok_scalar", npy(np.float64(3.5)))
    put("npy", "ok_cube", npy(np.asfortranarray(np.arange(24.0).reshape(2, 3, 4))))
    put("npy", "ok_empty", npy(np.zeros((0, 3))))
    whole = npy(matrix * 0.5)
    put("npy", "bad_nothing", b"")
    put("npy", "bad_magic", b"\x93NUMPZ" + whole[6:])
    put("npy", "bad_truncated", whole[:-1])
    put("npy", "bad_oversized", whole + b"\0")
    put("npy", "bad_nan", npy(np.array([1.0, np.nan])))
    put("npy", "bad_int64", npy(np.array([2**53 + 1])))
    put("npy", "bad_structured", npy(np.zeros(2, dtype=[("a", "<f8")])))
    put("npy", "bad_string", npy(np.array(["a", "b"])))
    put("npy", "ok_four_dimensions", npy(np.zeros((1, 1, 1, 1))))
    put("npy", "bad_five_dimensions", npy(np.zeros((1, 1, 1, 1, 1))))
    put("npy", "bad_huge_shape", whole.replace(b"(2, 3)", b"(4294967295, 4294967295)"))


def make_npz():
    X, y = npy(np.arange(6.0).reshape(3, 2)), npy(np.array([1, -1, 1], dtype="i1"))
    dataset = {"X.npy": X, "y.npy": y}
    W, alpha, b = npy(np.ones((2, 3), "f4")), npy(np.array([0.5, -0.5])), npy(np.zeros(2))
    put("npz", "ok_dataset_stored", npz(**dataset))
    put("npz", "ok_dataset_deflated", npz(zipfile.ZIP_DEFLATED, **dataset))
    put("npz", "ok_extra_array", npz(**dataset, **{"names.npy": npy(np.array(["a"]))}))
    put("npz", "ok_network", npz(**{"W.npy": W, "alpha.npy": alpha, "b.npy": b, "output_bias.npy": npy(np.ones(1))}))
    put("npz", "ok_network_a", npz(**{"W.npy": W, "a.npy": alpha}))
    torch = {"0.weight.npy": W, "0.bias.npy": b, "2.weight.npy": npy(np.ones((1, 2))), "2.bias.npy": npy(np.ones(1))}
    put("npz", "ok_torch", npz(zipfile.ZIP_DEFLATED, **torch))
    # One balanced neuron, then with half its mass (-2.5 where it must be refused).
    r = np.sqrt(0.5)
    path = {"W.npy": npy(np.array([[[3, 4]], [[3, 4]], [[3 * r, 4 * r]]])), "alpha.npy": npy(np.array([[5], [5], [5 * r]])),
            "kind.npy": npy(np.array([1, 0], "i1")), "direction.npy": npy(np.array([[[3.0, 4]]] * 2)),
            "sign.npy": npy(np.ones((2, 1), "i1")), "mass.npy": npy(np.array([[5.0], [5], [2.5]]))}
    put("npz", "ok_path", npz(**path))
    put("npz", "bad_path_mass", npz(**{**path, "mass.npy": npy(np.array([[5.0], [5], [-2.5]]))}))
    put("npz", "bad_nothing", b"")
    put("npz", "bad_truncated", npz(**dataset)[:-10])
    put("npz", "bad_crc", npz(**dataset).replace(struct.pack("<d", 5.0), struct.pack("<d", 6.0)))
    put("npz", "bad_entry_name", npz(**{"X.txt": X}))
    put("npz", "bad_pickle", npz(**{"archive/data.pkl": b"\x80\x02}."}))
    put("npz", "bad_bzip2", npz(zipfile.ZIP_BZIP2, **dataset))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # the duplicate is the point
        archive.writestr(zipfile.ZipInfo("X.npy"), X)
        archive.writestr(zipfile.ZipInfo("X.npy"), y)
    put("npz", "bad_duplicate", buffer.getvalue())


def make_csv():
    put("csv", "ok_plain", b"1,2,3\n4,5,6\n")
    put("csv", "ok_header", b"a,b,y\n1,-2.5e-3,+.5\n")
    put("csv", "ok_crlf_quoted", b'"a ""x""",b\r\n"1", 2 \r\n\r\n')
    put("csv", "ok_mark", b"\xef\xbb\xbfa,b\n1,2")
    put("csv", "ok_tiny", b"1e-400,4.9e-324\n")
    put("csv", "bad_nothing", b"")
    put("csv", "bad_only_header", b"a,b\n")
    put("csv", "bad_ragged", b"1,2\n3\n")
    put("csv", "bad_missing", b"1,2\n3,\n")
    put("csv", "bad_nan", b"1,nan\n")
    put("csv", "bad_overflow", b"1,1e400\n")
    put("csv", "bad_mixed", b"a,1\n")
    put("csv", "bad_quote", b'"1,2\n')
    put("csv", "bad_semicolon", b"1;2\n3;4\n")


def make_safetensors():
    W, alpha = np.ones((2, 3), "<f4").tobytes(), np.array([[0.5, -0.5]], "<f8").tobytes()
    header = {"0.weight": tensor("F32", [2, 3], 0, 24), "2.weight": tensor("F64", [1, 2], 24, 40)}
    put("safetensors", "ok_network", safetensors(header, W + alpha))
    put("safetensors", "ok_metadata", safetensors({"__metadata__": {"format": "pt"}, **header}, W + alpha))
    put("safetensors", "ok_padded", safetensors(json.dumps(header).encode() + b"    ", W + alpha))
    half = {"W": tensor("BF16", [2, 1], 0, 4), "alpha": tensor("F16", [2], 4, 8), "b": tensor("I8", [2], 8, 10)}
    put("safetensors", "ok_half", safetensors(half, b"\x80\x3f\x80\x3f\x00\x3c\x00\x3c\x01\x02"))
    put("safetensors", "bad_nothing", b"")
    put("safetensors", "bad_length", safetensors(header, W + alpha, length=2**63))
    put("safetensors", "bad_truncated", safetensors(header, (W + alpha)[:-1]))
    put("safetensors", "bad_oversized", safetensors(header, W + alpha + b"\0"))
    overlap = {**header, "2.weight": tensor("F64", [1, 2], 20, 36)}
    put("safetensors", "bad_overlap", safetensors(overlap, W + alpha))
    text = json.dumps(header).replace("2.weight", "0.weight").encode()
    put("safetensors", "bad_duplicate", safetensors(text, W + alpha))
    put("safetensors", "bad_deep", safetensors(b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}", b""))
    put("safetensors", "bad_dtype", safetensors({"W": tensor("F8_E4M3", [1], 0, 1)}, b"\0"))
    put("safetensors", "bad_huge_shape", safetensors({"W": tensor("F64", [2**31, 2**31, 4], 0, 0)}, b""))


def make_onnx():
    """Files by PyTorch's exporter, and such files damaged."""
    shipped = pathlib.Path(__file__).parent.parent / "data/onnx"
    for name in ["two_layer", "flattened_input", "average", "average_window", "sizes", "convolution_three_layers",
                 "path_shared"]:
        put("onnx", "ok_" + name, (shipped / (name + ".onnx")).read_bytes())
    for name in ["sum", "maximum_first", "residual", "path_tree", "stride_padding"]:
        put("onnx", "bad_another_" + name, (shipped / (name + ".onnx")).read_bytes())
    whole = (shipped / "two_layer.onnx").read_bytes()
    put("onnx", "bad_nothing", b"")
    put("onnx", "bad_truncated", whole[:-40])
    put("onnx", "bad_operator", whole.replace(b"Relu", b"Tanh"))
    put("onnx", "bad_cycle", whole.replace(b"/0/Gemm_output_0", b"/1/Relu_output_0"))
    put("onnx", "bad_no_weights", whole.replace(b"0.weight", b"9.weight", 1))
    weights = b"\x08\x05\x08\x03\x10\x01"  # dims 5 and 3, element type 1
    assert weights in whole
    put("onnx", "bad_huge_shape", whole.replace(weights, b"\x08\x7f\x08\x7f\x10\x01"))
    put("onnx", "bad_element_type", whole.replace(weights, weights[:-1] + b"\x0b"))


if __name__ == "__main__":
    make_npy()
    make_npz()
    make_csv()
    make_safetensors()
    make_onnx()
