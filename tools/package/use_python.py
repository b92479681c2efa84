"""What try_deb.sh does with the installed Python package, inside the empty Debian."""

import numpy
import thalweg

data = numpy.load("/usr/share/doc/thalweg/examples/iris/iris.npz")
network = dict(numpy.load("/usr/share/doc/thalweg/examples/iris/wide.npz"))
result = thalweg.certify(network, data["X"], data["y"], weight_decay=0.02, loss="mse-mean")
assert result.verdict == "global_minimum", result
print("try_deb: the Python package certifies:", result.verdict, result.relative_gap)
