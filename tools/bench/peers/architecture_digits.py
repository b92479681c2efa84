"""architecture_digits.py FOLDER: the 8 x 8 digits that scikit-learn ships (Debian: python3-sklearn) as raw doubles.

Writes pixels (1797 x 64, from 0 to 1) and labels (1797). Prints "digits 0 1797".
"""

import sys

from sklearn import datasets

from raw_files import write_raw


def main():
    folder = sys.argv[1]
    X, y = datasets.load_digits(return_X_y=True)
    write_raw(folder, "pixels", X / 16)
    write_raw(folder, "labels", y)
    print("digits", 0, len(y))


if __name__ == "__main__":
    main()
