"""Man pages and completions say what the programs say: every command, every option, nothing else.

    user_files_test.py BIN PACKAGE_FILES SOURCE
"""

import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN, FILES, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
sys.path.insert(0, str(SOURCE / "tools/package"))
import help_listing  # noqa: E402  (its folder is named on the command line)


def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def commands():
    listed = printed(BIN / "thalweg", "--help").split("Subcommands:\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def options_of(text):
    """The long options that a help text defines, found without the parser that wrote pages and completions."""
    return sorted(set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE)))


def options_in_page(name):
    """The long options that a man page defines, as groff prints it."""
    text = gzip.decompress((FILES / f"man/{name}.1.gz").read_bytes()).decode()
    heads = re.findall(r"^\.TP\n(.*)", text, re.MULTILINE)
    return sorted({name for head in heads for name in re.findall(r"--[a-z-]+", head.replace("\\-", "-"))})


def completed(*line, shell_file=None):
    """What bash offers at the end of a command line."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thalweg 2>/dev/null; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return printed("bash", "-c", script, "bash", shell_file or FILES / "completion/thalweg", "thalweg", *line).split()


class ManPages(unittest.TestCase):
    def test_every_command_has_a_page_with_its_options(self):
        for command in commands():
            self.assertEqual(options_in_page(f"thalweg-{command}"), options_of(printed(BIN / "thalweg", command, "--help")), command)

    def test_there_is_no_page_of_anything_else(self):
        pages = {path.name.removesuffix(".1.gz") for path in (FILES / "man").iterdir()}
        self.assertEqual(pages, {"thalweg", "thalweg-check"} | {f"thalweg-{command}" for command in commands()})

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_finds_nothing_wrong(self):
        for path in (FILES / "man").iterdir():
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=gzip.decompress(path.read_bytes()),
                                  capture_output=True, check=False)
            self.assertEqual(done.stderr, b"", path.name)

    def test_rules_and_choices_are_kept(self):
        text = gzip.decompress((FILES / "man/thalweg-certify.1.gz").read_bytes()).decode().replace("\\-", "-")
        self.assertIn("Excludes --torch-weight-decay.", text)
        self.assertIn("mse-mean|mse-sum", text)


class Bash(unittest.TestCase):
    def test_commands(self):
        self.assertEqual([word for word in completed("") if not word.startswith("-")], commands())
        self.assertEqual(completed("cert"), ["certify"])

    def test_options_of_every_command(self):
        for command in commands():
            offered = [word for word in completed(command, "--")]
            self.assertEqual(sorted(offered), options_of(printed(BIN / "thalweg", command, "--help")), command)

    def test_values(self):
        self.assertEqual(completed("certify", "--loss", "squared"), ["squared", "squared-hinge"])
        self.assertEqual(completed("certify", "--beta", ""), [])
        self.assertIn(str(SOURCE / "README.md"), completed("certify", "--dataset", str(SOURCE / "READ")))
        self.assertIn(str(SOURCE / "README.md"), completed("check", str(SOURCE / "READ")))

    def test_an_option_that_the_file_lacks_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            stale = pathlib.Path(folder, "thalweg")
            stale.write_text((FILES / "completion/thalweg").read_text().replace(" --tolerance ", " "), encoding="utf-8")
            self.assertNotEqual(sorted(completed("certify", "--", shell_file=stale)),
                                options_of(printed(BIN / "thalweg", "certify", "--help")))


class OtherShells(unittest.TestCase):
    def test_zsh_has_every_option(self):
        text = (FILES / "completion/_thalweg").read_text(encoding="utf-8")
        parts = dict(re.findall(r"^    ([a-z-]+)\)\n(.*?)^      ;;", text, re.MULTILINE | re.DOTALL))
        self.assertEqual(list(parts), commands())
        for command, part in parts.items():
            defined = sorted(set(re.findall(r"^        '(--[a-z-]+)\[", part, re.MULTILINE)))
            self.assertEqual(defined, options_of(printed(BIN / "thalweg", command, "--help")), command)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_can_read_it(self):
        printed("zsh", "-n", FILES / "completion/_thalweg")

    def test_fish_has_every_option(self):
        text = (FILES / "completion/thalweg.fish").read_text(encoding="utf-8")
        for command in commands():
            defined = sorted({"--" + name for line in re.findall(rf"_from {command}' (.*)", text) for name in re.findall(r"-l (\S+)", line.split(" -d ")[0])})
            self.assertEqual(defined, options_of(printed(BIN / "thalweg", command, "--help")), command)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_offers_choices(self):
        offered = printed("fish", "--no-config", "-c", f"source {FILES}/completion/thalweg.fish; complete -C 'thalweg certify --torch-loss '")
        self.assertEqual([line.split("\t")[0] for line in offered.splitlines()], ["mse-mean", "mse-sum"])


class Parser(unittest.TestCase):
    HELP = ("Do a thing\nUsage: thalweg do [OPTIONS] file\n\nPositionals:\n  file FILE REQUIRED          A file\n\nOptions:\n"
            "  -q,--quiet Excludes: --loud Say nothing\n  --kind TEXT:{one,two} Needs: --out\n" + " " * 30 + "Which kind\n\n"
            "Example:\n  thalweg do x\n")

    def test_reads_every_form_of_a_line(self):
        command = help_listing.parse("do", self.HELP)
        quiet, kind = command.sections["Options"]
        self.assertEqual((quiet.names, quiet.value, quiet.rules, quiet.text), (["-q", "--quiet"], "", "Excludes --loud.", "Say nothing"))
        self.assertEqual((kind.choices, kind.rules, kind.text), (["one", "two"], "Needs --out.", "Which kind"))
        self.assertEqual(command.sections["Positionals"][0].rules, "Required.")
        self.assertEqual(command.notes, "Example:\n  thalweg do x")

    def test_refuses_what_is_no_help(self):
        with self.assertRaises(ValueError):
            help_listing.parse("do", "thalweg: error: unknown command\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
