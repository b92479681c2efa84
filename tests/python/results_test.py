"""Results: attributes are the document, texts for people, files."""

import json
import unittest

import numpy
import thalweg
from python_case import PythonCase, planted


class Results(PythonCase):
    def setUp(self):
        super().setUp()
        self.X, self.y = planted(12, 2, 6)
        self.network = thalweg.Network([[1.0, 0.5], [0.0, -1.0]], [1.0, 2.0])
        self.result = thalweg.certify(self.network, self.X, self.y, beta=0.5)

    def all_results(self):
        X, y, network = self.X, self.y, self.network
        yield self.result
        yield thalweg.train(X, y, beta=0.5)
        yield thalweg.stationary(network, X, y, beta=0.5)
        yield thalweg.simplify(network, X, y, beta=0.5)
        yield thalweg.optimal_set(X, y, beta=0.5)
        yield thalweg.width(X, y, beta=0.5)
        yield thalweg.path(network, X, y, beta=0.5)
        yield thalweg.arrangement(X)
        yield thalweg.path_regularization(X, y, beta_ratio=0.5)
        yield thalweg.info(X, y)

    def assert_equals_json(self, value, part, where):
        if isinstance(part, dict):
            for key, inner in part.items():
                found = value[int(key)] if isinstance(value, dict) else getattr(value, key)
                self.assert_equals_json(found, inner, where + "." + key)
        elif isinstance(part, list):
            self.assertEqual(len(value), len(part), where)
            if isinstance(value, numpy.ndarray):
                self.assertEqual(value.tolist(), part, where)
                return
            for i, inner in enumerate(part):
                self.assert_equals_json(value[i], inner, "%s[%d]" % (where, i))
        else:
            self.assertEqual(value, part, where)

    def test_every_key_is_an_attribute(self):
        for result in self.all_results():
            document = result.to_dict()
            with self.subTest(document["command"]):
                self.assert_equals_json(result, document, document["command"])
                self.assertLessEqual(set(document), set(dir(result)))

    def test_texts(self):
        for result in self.all_results():
            name = type(result).__name__
            self.assertTrue(repr(result).startswith("<thalweg.%s " % name), repr(result))
            self.assertLess(len(repr(result)), 200)
            self.assertGreater(len(str(result).splitlines()), 3)
            self.assertNotIn("memory:", str(result))
            self.assertNotIn("memory:", result.to_json())
            self.assertNotRegex(str(result), r"(?m)^(written to|out) ")
            self.assertEqual(len(set(dir(result))), len(dir(result)))
            table = result._repr_html_()
            self.assertEqual(table.count("<tr>"), len(result) - 5)
        self.assertIn("SUBOPTIMAL", str(self.result))
        self.assertIn("suboptimal", repr(self.result))

    def test_documents(self):
        text = self.result.to_json()
        self.assertEqual(json.loads(text), self.result.to_dict())
        self.result.to_json(self.path("result.json"))
        with open(self.path("result.json"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), text)
        self.assert_refused(OSError, "result.json", self.result.to_json, self.path("none/result.json"))
        self.result.to_dict()["gap"] = -1  # a copy
        self.assertGreater(self.result.gap, 0)

    def test_what_is_not_there(self):
        self.assertRaises(AttributeError, lambda: self.result.no_such_key)
        self.assertRaises(KeyError, lambda: self.result["no_such_key"])
        self.assertRaises(AttributeError, lambda: self.result.settings.no_such_key)
        self.assertFalse(hasattr(self.result, "__array__"))

    def test_notes_are_in_words_of_python(self):
        network = thalweg.Network(self.network.W, self.network.alpha, output_bias=1)
        notes = thalweg.certify(network, self.X, self.y, beta=0.5, verify=False).notes
        self.assertTrue(any("output_bias='free'" in note for note in notes), notes)
        self.assertFalse(any("not written" in note for note in notes), notes)

    def test_inputs_in_memory_have_no_digest(self):
        self.assertIsNone(self.result.inputs.data.sha256)
        self.assertEqual(self.result.inputs.data.shape.tolist(), [12, 2])

    def test_only_what_was_asked_for_is_said_to_be_written(self):
        self.assertEqual(self.result.inputs.data.path, "X")
        self.assertEqual(self.result.inputs.network.path, "network")
        self.assertIn("`improved` of this result", " ".join(str(self.result).split()))
        smaller = thalweg.simplify(self.network, self.X, self.y, beta=0.5)
        self.assertIsNone(smaller.out)
        kept = thalweg.simplify(self.network, self.X, self.y, beta=0.5, out=self.path("small.npz"))
        self.assertEqual(kept.out, self.path("small.npz"))
        self.assertIn("written to", str(kept))


if __name__ == "__main__":
    unittest.main()
