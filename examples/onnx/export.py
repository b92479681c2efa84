"""Writes the two files beside it with torch.onnx.export (Debian: python3-torch, python3-numpy; a few seconds).

narrow.onnx   the network of ../iris/narrow.npz, which gradient descent left in a worse valley
signals.onnx  a convolution with ReLU, summed over patches, trained on ../architectures/signals.npz with beta = 0.1
"""
import pathlib

import numpy
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent


class SummedConvolution(nn.Module):
    def __init__(self, filters, kernel):
        super().__init__()
        self.filters = nn.Conv1d(1, filters, kernel, bias=False)
        self.output = nn.Linear(filters, 1, bias=False)

    def forward(self, x):
        return self.output(torch.relu(self.filters(x)).sum(dim=2))


def export(model, sample, path):
    torch.onnx.export(model.eval(), sample, path, input_names=["x"], dynamic_axes={"x": {0: "n"}})


def iris():
    state = {name: torch.from_numpy(array) for name, array in numpy.load(HERE / "../iris/narrow.npz").items()}
    width, inputs = state["0.weight"].shape
    model = nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, 1)).double()
    model.load_state_dict(state)
    export(model, torch.zeros(1, inputs).double(), HERE / "narrow.onnx")


def signals(beta=0.1, steps=3000):
    data = numpy.load(HERE / "../architectures/signals.npz")
    x, y = torch.from_numpy(data["X"]).double()[:, None, :], torch.from_numpy(data["y"]).double().reshape(-1, 1)
    torch.manual_seed(0)
    model = SummedConvolution(8, 2).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=(1e-7 / 1e-2) ** (1 / steps))
    for _ in range(steps):
        optimizer.zero_grad()
        decay = sum((p**2).sum() for p in model.parameters())
        (((model(x) - y) ** 2).sum() / 2 + beta / 2 * decay).backward()
        optimizer.step()
        schedule.step()
    export(model, x[:1], HERE / "signals.onnx")


if __name__ == "__main__":
    iris()
    signals()
