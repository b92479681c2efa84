"""The exchange format of tools/bench/raw_files.hpp: NAME.f64 (doubles, column by column) and NAME.shape (text)."""

import pathlib

import numpy


def read_raw(folder, name):
    folder = pathlib.Path(folder)
    shape = [int(word) for word in (folder / f"{name}.shape").read_text().split()]
    return numpy.fromfile(folder / f"{name}.f64").reshape(shape, order="F")


def write_raw(folder, name, values):
    folder = pathlib.Path(folder)
    values = numpy.asarray(values, dtype=float).reshape(len(values), -1)
    (folder / f"{name}.shape").write_text(f"{values.shape[0]} {values.shape[1]}\n")
    values.ravel(order="F").tofile(folder / f"{name}.f64")
