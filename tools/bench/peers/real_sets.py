"""real_sets.py FOLDER: data sets that scikit-learn ships (Debian: python3-sklearn) as raw doubles.

Writes NAME-X (n x d) and NAME-y (n) for diabetes, breast_cancer and digits01 (the digits 0 and 1, constant pixels left
out). Columns of X have mean 0 and variance 1; y has mean 0 and variance 1, or is a label -1 or 1. Prints "NAME n d".
"""

import sys

import numpy
from sklearn import datasets

from raw_files import write_raw


def main():
    folder = sys.argv[1]
    X, y = datasets.load_diabetes(return_X_y=True)
    sets = {"diabetes": (X, (y - y.mean()) / y.std())}
    X, y = datasets.load_breast_cancer(return_X_y=True)
    sets["breast_cancer"] = (X, 2.0 * y - 1)
    X, y = datasets.load_digits(n_class=2, return_X_y=True)
    sets["digits01"] = (X[:, X.std(0) > 0], 2.0 * y - 1)
    for name, (X, y) in sets.items():
        write_raw(folder, f"{name}-X", (X - X.mean(0)) / X.std(0))
        write_raw(folder, f"{name}-y", y)
        print(name, *X.shape)


if __name__ == "__main__":
    main()
