"""Redraws a path from the file that `thalweg path-regularization --out path.npz` writes.

    python3 redraw.py path.npz path.png
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot
import numpy

path = numpy.load(sys.argv[1])
betas = path["betas"]
figure, (top, middle, bottom) = plot.subplots(3, sharex=True, figsize=(8, 10))
top.loglog(betas, path["objectives"], label="optimum")
top.loglog(betas, path["lower_bounds"], "--", label="lower bound")
for beta in path["event_beta"]:
    top.axvline(beta, ymax=0.04, color="grey", linewidth=0.6)
top.legend()
middle.step(betas, path["neurons"], where="post")
middle.set_ylabel("neurons")
for neuron in numpy.unique(path["id"]):
    mine = path["id"] == neuron
    color = "tab:blue" if path["alpha"][mine][0] > 0 else "tab:orange"
    bottom.plot(betas[path["point"][mine]], path["mass"][mine], color=color, linewidth=0.8)
bottom.set_ylabel("mass of each neuron")
bottom.set_xlabel("beta")
bottom.invert_xaxis()
figure.savefig(sys.argv[2], dpi=120)
