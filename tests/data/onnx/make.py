#!/usr/bin/env python3
"""Writes ONNX files by PyTorch's own exporter and, in double precision, what their networks put out and cost.

    make.py [FOLDER]

The files beside this script were written by PyTorch 1.13 (no other package is needed). Each network gets NAME.onnx;
truth.json has, for NAME, the data, the description of its architecture if it has one, further options, and the loss and
the penalty that PyTorch computes in float64 from the weights as stored in float32.
"""
import json
import pathlib
import sys
import warnings

import torch
from torch import nn

BETA = 0.25
OPEN_BATCH = {"input_names": ["x"], "dynamic_axes": {"x": {0: "n"}}}


class Sums(nn.Module):
    """Convolution, ReLU, a reduction written as a call, dense layer; the last axis is squeezed."""

    def __init__(self, reduce, filters=3):
        super().__init__()
        self.filters = nn.Conv2d(1, filters, 2)
        self.output = nn.Linear(filters, 1, bias=False)
        self.reduce = reduce

    def forward(self, x):
        return self.output(self.reduce(torch.relu(self.filters(x.view(-1, 1, 4, 4))))).squeeze(-1)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.filters = nn.Conv2d(1, 3, 3, padding=1, bias=False)
        self.output = nn.Conv2d(3, 1, 1, bias=False)

    def forward(self, x):
        return x + self.output(torch.relu(self.filters(x)))


class View(nn.Module):
    """Flattens by the size of its input, which a file for any number of samples computes."""

    def __init__(self):
        super().__init__()
        self.filters = nn.Conv2d(1, 2, 2)
        self.output = nn.Linear(2, 1)

    def forward(self, x):
        pooled = torch.relu(self.filters(x)).flatten(2).mean(2)
        return self.output(pooled.view(x.size(0), -1))


def masked(inputs, outputs, fan):
    """Dense, without bias: neuron i reads the neurons i fan .. (i + 1) fan of the layer below."""
    layer = nn.Linear(inputs, outputs, bias=False)
    with torch.no_grad():
        for i, row in enumerate(layer.weight):
            row[: i * fan] = 0
            row[(i + 1) * fan :] = 0
    return layer


def dense(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs, bias=False), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def squares(model):
    """Weight decay: half the squared weights."""
    return sum((p**2).sum() for p in model.parameters()) / 2


def weights(model):
    return [p for p in model.parameters() if p.dim() > 1]


def constrained(model):
    """Half the squared weights behind the first layer, of three dense layers."""
    return sum((p**2).sum() for p in weights(model)[1:]) / 2


def path_norm(model):
    """Each last hidden neuron is a branch: the root of the sum over its paths of the squared products of weights."""
    *lower, last = weights(model)
    paths = (lower[0].flatten(1) ** 2).sum(1)
    for layer in lower[1:]:
        paths = layer**2 @ paths
    return (last[0].abs() * paths.sqrt()).sum()


def filter_path_norm(model):
    filters, middle, last = weights(model)
    return (filters.flatten(1).norm(dim=1) * middle.norm(dim=1) * last[0].abs()).sum()


def short_first_layer(model):
    with torch.no_grad():
        first = weights(model)[0]
        first /= 2 * first.norm()
    return model


def cnn(pooling, **keys):
    return {"architecture": "cnn", "input": [1, 4, 4], "kernel": [2, 2], "pooling": pooling, **keys}


def networks():
    """Name -> (model, shape of a sample, penalty, description, options of the exporter, options of Thalweg)."""
    conv = lambda: nn.Conv2d(1, 3, 2)
    image = (1, 4, 4)
    biased = {"filter_bias": True}
    yield "two_layer", nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 1)), (3,), squares, None, {}, []
    yield "no_bias", dense(3, 5, 2), (3,), squares, None, OPEN_BATCH, []
    yield ("flattened_input", nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU(), nn.Dropout(), nn.Linear(3, 1, bias=False)),
           (1, 2, 2), squares, None, {}, [])
    yield ("average", nn.Sequential(conv(), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1)), image, squares,
           cnn("average", **biased), {}, [])
    yield ("average_window", nn.Sequential(conv(), nn.ReLU(), nn.AvgPool2d(3), nn.Flatten(), nn.Linear(3, 1)), image, squares,
           cnn("average", **biased), OPEN_BATCH, [])
    yield ("maximum_first", nn.Sequential(conv(), nn.AdaptiveMaxPool2d(1), nn.ReLU(), nn.Flatten(), nn.Linear(3, 1)), image,
           squares, cnn("max", **biased), {}, [])
    yield "sum", Sums(lambda z: z.sum((2, 3))), (16,), squares, cnn("sum", **biased), OPEN_BATCH, []
    yield "mean", Sums(lambda z: z.mean((2, 3))), (16,), squares, cnn("average", **biased), OPEN_BATCH, []
    yield "maximum", Sums(lambda z: z.amax((2, 3))), (16,), squares, cnn("max", **biased), OPEN_BATCH, []
    yield ("stride_padding", nn.Sequential(nn.Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(0, 1), bias=False), nn.ReLU(),
                                           nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1, bias=False)), (2, 3, 4),
           squares, {"architecture": "cnn", "input": [2, 3, 4], "kernel": [2, 3], "stride": [1, 2], "padding": [0, 1],
                     "pooling": "average"}, {}, [])
    yield ("patches", nn.Sequential(nn.Conv2d(1, 3, 3, padding=1, bias=False), nn.ReLU(), nn.Conv2d(3, 1, 1, bias=False),
                                    nn.Flatten()), (1, 3, 3), squares,
           {"architecture": "cnn", "input": [1, 3, 3], "kernel": [3, 3], "padding": [1, 1], "pooling": "none"}, {}, [])
    yield ("residual", Residual(), (1, 3, 3), squares,
           {"architecture": "cnn", "input": [1, 3, 3], "kernel": [3, 3], "padding": [1, 1], "pooling": "none",
            "residual": True}, OPEN_BATCH, [])
    yield ("signal", nn.Sequential(nn.Conv1d(1, 3, 2, bias=False), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
                                   nn.Linear(3, 1)), (1, 5), squares,
           {"architecture": "cnn", "input": [5], "kernel": [2], "pooling": "average"}, OPEN_BATCH, [])
    yield ("dense_over_patches", nn.Sequential(nn.Conv1d(1, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(9, 1)), (1, 4), squares,
           {"architecture": "cnn-flattened", "input": [4], "kernel": [2], **biased}, {}, [])
    yield ("convolution_three_layers", nn.Sequential(nn.Conv1d(1, 2, 2, bias=False), nn.ReLU(), nn.Flatten(), masked(6, 2, 3),
                                                     nn.ReLU(), nn.Linear(2, 1, bias=False)), (1, 4), filter_path_norm,
           {"architecture": "cnn-three-layer", "input": [4], "kernel": [2]}, {}, [])
    yield "sizes", View(), image, squares, cnn("average", **biased), OPEN_BATCH, []
    three_layer = {"architecture": "three-layer", "neurons": 2}
    yield "three_layer_shared", short_first_layer(dense(3, 2, 4, 1)), (3,), constrained, three_layer, {}, []
    yield ("three_layer_parallel", short_first_layer(nn.Sequential(
        nn.Linear(3, 4, bias=False), nn.ReLU(), masked(4, 2, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))), (3,), constrained,
           three_layer, OPEN_BATCH, [])
    yield "path_shared", dense(3, 2, 4, 1), (3,), path_norm, {"architecture": "path", "fan_in": [2]}, {}, []
    yield ("path_tree", nn.Sequential(nn.Linear(3, 8, bias=False), nn.ReLU(), masked(8, 4, 2), nn.ReLU(), masked(4, 2, 2),
                                      nn.ReLU(), nn.Linear(2, 1, bias=False)), (3,), path_norm,
           {"architecture": "path", "fan_in": [2, 2]}, {}, [])
    yield "path_layered", dense(3, 2, 2, 3, 1), (3,), path_norm, {"architecture": "path", "fan_in": [2, 2]}, {}, []
    biased_first = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 4, bias=False), nn.ReLU(), nn.Linear(4, 1, bias=False))

    def path_norm_with_ones(model):
        first = torch.cat([model[0].weight, model[0].bias[:, None]], 1)
        paths = (model[2].weight**2 @ (first**2).sum(1)).sqrt()
        return (model[4].weight[0].abs() * paths).sum()

    yield "path_bias", biased_first, (3,), path_norm_with_ones, {"architecture": "path", "fan_in": [2]}, {}, ["--bias"]


def main(folder):
    truth = {"beta": BETA, "networks": {}}
    for seed, (name, model, shape, penalty, description, exporter, options) in enumerate(networks()):
        torch.manual_seed(seed)
        for parameter in model.parameters():
            if parameter.dim() > 1:  # the zeros of parallel branches stay
                parameter.data = torch.where(parameter == 0, parameter, torch.randn_like(parameter) / 2)
            else:
                parameter.data = torch.randn_like(parameter) / 2
        if name.startswith("three_layer"):
            short_first_layer(model)
        model.eval()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(model, torch.zeros(1, *shape), folder / (name + ".onnx"), **exporter)
        X = torch.randn(6, *shape)
        model.double()
        with torch.no_grad():
            f = model(X.double()).reshape(6, -1)
            y = torch.randn(f.shape)
            loss = float(((f - y.double()) ** 2).sum() / 2)
            truth["networks"][name] = {
                "X": X.flatten(1).double().tolist(), "y": y.double().tolist(), "architecture": description,
                "options": options, "loss": loss, "penalty": float(penalty(model))}
    # A line a network.
    lines = ",\n".join(json.dumps(name) + ": " + json.dumps(entry) for name, entry in truth["networks"].items())
    (folder / "truth.json").write_text('{"beta": %r, "networks": {\n%s\n}}\n' % (BETA, lines))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent))
