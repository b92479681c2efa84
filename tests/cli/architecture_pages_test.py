"""Every command of docs/architectures.md and its pages runs and says what the page promises."""

import glob
import os
import re
import shlex
import unittest

from cli_case import SOURCE, CliCase

#: By the first words behind "Optimum" or "optimum is" on a page, in the order of its commands.
PROMISED = {
    "cnn.md": [0.23869350, 0.26958523],
    "cnn-flattened.md": [0.26150480],
    "circular.md": [0.18848491, 1.0406741422],
    "three-layer.md": [0.575],
    "path.md": [0.42211944, 0.30625],  # two layers at beta / 2: 6.5 / 20 - 7.5 / 400
}


class Pages(CliCase):
    def commands(self, page):
        with open(page) as file:
            text = file.read()
        for block in re.findall(r"```\n(thalweg .*?)```", text, re.S):
            for line in block.replace("\\\n", " ").strip().split("\n"):
                words = shlex.split(line)
                yield [os.path.join(SOURCE, word) if word.startswith("examples/") else word for word in words[1:]]

    def test_all_pages(self):
        pages = [os.path.join(SOURCE, "docs/architectures.md")] + sorted(
            glob.glob(os.path.join(SOURCE, "docs/architectures/*.md")))
        self.assertEqual(len(pages), 10)
        for page in pages:
            promised = list(PROMISED.get(os.path.basename(page), []))
            commands = list(self.commands(page))
            self.assertGreater(len(commands), 0, page)
            for command in commands:
                with self.subTest(page=page, command=command):
                    document = self.answer(*command)
                    if command[0] == "certify":
                        self.assertEqual(document["verdict"], "global_minimum")
                    if command[0] != "train":
                        continue
                    self.assertLess(document["relative_gap"], 1e-3)
                    if promised:
                        value = promised.pop(0)
                        self.assertAlmostEqual(document["objective"], value, delta=2e-5 * value)
            self.assertEqual(promised, [])


if __name__ == "__main__":
    unittest.main()
