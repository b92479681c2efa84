"""`thalweg check` of certificates of other architectures: they are about these files and no others."""

import json
import math
import os
import unittest

from cli_case import SOURCE, CliCase, write_npz


def number(dyad):
    mantissa, exponent = dyad.split(":")
    return math.ldexp(int(mantissa), -int(exponent))


class Architectures(CliCase):
    def stored(self, name):
        return os.path.join(SOURCE, "tests/data/certificates", name + ".cert")

    def tables(self, name):
        """The numbers of the sections `data` and `network`, line by line, and the network's output bias."""
        with open(self.stored(name)) as file:
            lines = [line.split() for line in file]
        found = {}
        for word in ("data", "network"):
            at = next(i for i, tokens in enumerate(lines) if tokens[0] == word)
            found[word] = [[number(t) for t in tokens] for tokens in lines[at + 1 : at + 1 + int(lines[at][1])]]
        bias = [[number(tokens[1])] for tokens in lines if tokens[0] == "bias"]
        return found["data"], found["network"], bias[0] if bias else None

    def describe(self, **keys):
        with open(self.path("a.json"), "w") as file:
            json.dump(keys, file)
        return self.path("a.json")

    def files(self, data, dimension, arrays, bias):
        targets = [row[dimension:] for row in data]
        y = [row[0] for row in targets] if len(targets[0]) == 1 else targets
        if bias:
            arrays["output_bias"] = bias
        return (write_npz(self.path("data.npz"), X=[row[:dimension] for row in data], y=y),
                write_npz(self.path("network.npz"), **arrays))

    def accept(self, name, dimension, arrays, **keys):
        """Accepted with its files; refused with other data, weights or descriptions."""
        data, network, bias = self.tables(name)
        stored, weights = self.files(data, dimension, arrays(network), bias)
        description = self.describe(**keys)
        options = ["--dataset", stored, "--network", weights, "--architecture", description]
        document = self.answer("check", self.stored(name), *options)
        for key in ("verified", "dataset_equal", "network_equal", "architecture_equal"):
            self.assertIs(document[key], True, key)
        self.assertIn("is the description's", self.thalweg("check", self.stored(name), *options).stdout)

        network[0][0] += 0.5
        self.files(data, dimension, arrays(network), bias)
        document = self.answer("check", self.stored(name), *options, expect=1)
        self.assertEqual((document["dataset_equal"], document["network_equal"]), (True, False))
        data[0][0] += 0.5
        self.files(data, dimension, arrays(network), bias)
        self.assertIs(self.answer("check", self.stored(name), *options, expect=1)["dataset_equal"], False)

    def refuse(self, name, **keys):
        document = self.answer("check", self.stored(name), "--architecture", self.describe(**keys), expect=1)
        self.assertIs(document["architecture_equal"], False)
        self.assertIs(document["verified"], False)

    @staticmethod
    def filters(network):
        return {"U": [row[:-1] for row in network], "alpha": [row[-1] for row in network]}

    def test_convolutions(self):
        pairs = {"architecture": "cnn", "input": [3], "kernel": [2]}
        self.accept("cnn_sum", 3, self.filters, pooling="sum", **pairs)
        self.accept("cnn_none_mean", 3, self.filters, pooling="none", **pairs)
        self.accept("units_maximum_mean", 3, self.filters, pooling="max", **pairs)
        self.refuse("cnn_sum", pooling="average", **pairs)
        self.refuse("cnn_sum", pooling="max", **pairs)
        self.refuse("cnn_sum", pooling="sum", stride=[2], **pairs)
        self.refuse("cnn_sum", pooling="sum", filter_bias=True, **pairs)
        self.refuse("cnn_sum", architecture="path", fan_in=[2])
        document = self.answer("check", self.stored("cnn_average"))
        self.assertEqual((document["problem"]["kind"], document["problem"]["variant"]), ("cnn", "average"))
        self.assertEqual(document["problem"]["patches"], 3)

    @staticmethod
    def branches(network):
        """Fan-in 2 over two columns."""
        return {"W1": [[row[0:2], row[2:4]] for row in network], "W2": [[row[4:6]] for row in network],
                "w3": [row[6] for row in network]}

    def test_parallel_networks(self):
        self.accept("units_path", 2, self.branches, architecture="path", fan_in=[2])
        self.accept("units_constrained", 2, self.branches, architecture="three-layer", neurons=2)
        self.refuse("units_path", architecture="path", fan_in=[3])
        self.refuse("units_path", architecture="three-layer", neurons=2)
        self.assertEqual(self.answer("check", self.stored("units_tree"))["problem"]["fan_ins"], [2, 2])

    def test_fully_connected_networks_are_not_confused_with_them(self):
        self.refuse("f3_local", architecture="path", fan_in=[2])
        network = write_npz(self.path("w.npz"), W=[[1, 2]], alpha=[1])
        document = self.answer("check", self.stored("cnn_sum"), "--network", network, expect=1)
        self.assertIs(document["network_equal"], False)


if __name__ == "__main__":
    unittest.main()
