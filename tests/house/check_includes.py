"""Checks every #include of src/, include/ and tools/ against the tables of docs/architecture.md.

    check_includes.py ROOT        exit 0 when all arrows are allowed, 1 with one line for each that is not
    check_includes.py --self-test the same on synthetic trees that must pass or must fail
"""

import pathlib
import re
import sys
import tempfile

SOURCES = {".cpp", ".hpp", ".h", ".cc", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FLOATING = re.compile(r"\b(double|float)\b")
PUBLIC_LIBRARIES = ("Eigen/", "tl/")
# The one public header that shows another library.
PUBLIC_EXCEPTIONS = {"include/thalweg/arrangement/cell_graph.hpp": ("boost/",)}


def table_rows(text, marker):
    """Cells of the rows of the table that follows the comment <!-- marker -->, header and rule left out."""
    after = text.split(f"<!-- {marker} -->", 1)
    if len(after) != 2:
        raise ValueError(f"docs/architecture.md has no table marked {marker}")
    rows = []
    for line in after[1].lstrip("\n").splitlines():
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows[2:]


class Rules:
    """What docs/architecture.md allows."""

    def __init__(self, root):
        text = (root / "docs/architecture.md").read_text(encoding="utf-8")
        self.allowed = {}  # unit -> set of modules it may include
        listed = table_rows(text, "modules")
        modules = {row[1].strip("`") for row in listed if "/" not in row[1]}
        for _, unit, _, _, may in listed:
            unit = unit.strip("`")
            if may == "everything":
                self.allowed[unit] = set(modules)
                continue
            self.allowed[unit] = set() if may in ("-", "nothing") else {m.strip() for m in may.split(",")}
            unknown = self.allowed[unit] - modules
            if unknown:
                raise ValueError(f"docs/architecture.md: {unit} may include unknown modules {sorted(unknown)}")
            self.allowed[unit].add(unit)
            if unit not in ("verify", "tools/thalweg-check"):
                self.allowed[unit].add("core")
        self.modules = modules
        self.libraries = []  # (prefixes, predicate on the unit)
        for _, prefixes, where in table_rows(text, "libraries"):
            names = set(re.findall(r"`([^`]+)`", where))
            inverted = where.startswith("everything but")
            self.libraries.append((tuple(re.findall(r"`([^`]+)`", prefixes)), names, inverted))

    def library_problem(self, unit, header):
        for prefixes, names, inverted in self.libraries:
            if header.startswith(prefixes):
                return None if (unit in names) != inverted else f"{unit} may not use <{header}>"
        return f"<{header}> belongs to no library listed in docs/architecture.md"


def unit_of(path):
    """The module (or tools folder) that a file belongs to; None when it lies outside all of them."""
    parts = path.parts
    if parts[:2] == ("include", "thalweg") and len(parts) > 3:
        return parts[2]
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[0] == "tools" and len(parts) > 2:
        return f"tools/{parts[1]}"
    return None


def quoted_target(root, relative, name):
    """Where an #include "name" that is not thalweg/... leads, relative to the root: beside the file, or under src/."""
    for candidate in (root / relative.parent / name, root / "src" / name):
        if candidate.is_file():
            return candidate.resolve().relative_to(root.resolve())
    return None


def include_problem(rules, root, relative, unit, bracket, name):
    public = relative.parts[0] == "include"
    if name.startswith("thalweg/"):
        module = name.split("/")[1]
        if not (root / "include" / name).is_file():
            return f"{name} does not exist"
        return None if module in rules.allowed[unit] else f"{unit} may not include {module} ({name})"
    if bracket == '"':
        target = quoted_target(root, relative, name)
        if target is None:
            return f'"{name}" not found'
        if public:
            return f'a public header includes the private "{name}"'
        # Private headers stay inside their module.
        return None if unit_of(target) == unit else f"{unit} includes a private header of {unit_of(target)} ({name})"
    if re.fullmatch(r"[a-z0-9_]+", name):
        return None  # the C++ standard library
    allowed = PUBLIC_LIBRARIES + PUBLIC_EXCEPTIONS.get(relative.as_posix(), ())
    if public and not name.startswith(allowed):
        return f"a public header includes <{name}>"
    if re.fullmatch(r"(unistd|signal|fcntl|stdlib|immintrin|sys/[a-z]+)\.h", name):
        return None if not public and unit not in ("verify",) else f"{unit} may not use <{name}>"
    return rules.library_problem(unit, name)


def check(root):
    """All problems under a root, as lines `path:line: what`."""
    rules = Rules(root)
    problems = []
    files = [p for top in ("include", "src", "tools") for p in sorted((root / top).rglob("*")) if p.suffix in SOURCES]
    for path in files:
        relative = path.relative_to(root)
        unit = unit_of(relative)
        if unit not in rules.allowed:
            problems.append(f"{relative}:1: lies in no module listed in docs/architecture.md")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            what = match and include_problem(rules, root, relative, unit, match.group(1), match.group(2))
            if what:
                problems.append(f"{relative}:{number}: {what}")
            if unit in ("verify", "tools/thalweg-check") and FLOATING.search(line):
                problems.append(f"{relative}:{number}: floating-point type named in the checker")
    return problems, len(files)


TABLES = """<!-- modules -->
| level | module | folder | what | may include |
|---|---|---|---|---|
| 0 | `core` | `core` | a | - |
| 1 | `model` | `model` | b | - |
| 2 | `io` | `io` | c | model |
| - | `verify` | `verify` | d | nothing |
| 6 | `tools/thalweg` | `tools/thalweg` | e | everything |
| 6 | `tools/thalweg-check` | `tools/thalweg-check` | f | verify |

<!-- libraries -->
| library | headers | where |
|---|---|---|
| Eigen | `Eigen/` | everything but `verify` |
| GMP | `gmp.h` `gmpxx.h` | `verify` |
| JSON | `nlohmann/` | `io` |
"""
GOOD = {
    "include/thalweg/core/a.hpp": "#include <Eigen/Core>\n#include <vector>\n",
    "include/thalweg/model/b.hpp": '#include "thalweg/core/a.hpp"\n',
    "include/thalweg/verify/v.hpp": "#include <string>\n",
    "src/io/private.hpp": "#include <nlohmann/json.hpp>\n",
    "src/io/io.cpp": '#include "io/private.hpp"\n#include "thalweg/model/b.hpp"\n',
    "src/verify/v.cpp": '#include "thalweg/verify/v.hpp"\n#include <gmpxx.h>\n// a doubled floating word\n',
    "tools/thalweg/main.cpp": '#include "thalweg/verify/v.hpp"\n#include "thalweg/model/b.hpp"\n',
    "tools/thalweg-check/main.cpp": '#include "thalweg/verify/v.hpp"\n',
}
BAD = {
    "an arrow upwards": {"include/thalweg/core/c.hpp": '#include "thalweg/model/b.hpp"\n'},
    "an arrow sideways, spelled with brackets": {"src/model/m.cpp": "#  include <thalweg/verify/v.hpp>\n"},
    "verify includes core": {"src/verify/w.cpp": '#include "thalweg/core/a.hpp"\n'},
    "the checker's program includes core": {"tools/thalweg-check/x.cpp": '#include "thalweg/core/a.hpp"\n'},
    "another module's private header": {"src/model/m.cpp": '#include "io/private.hpp"\n'},
    "another module's private header by a relative path": {"src/model/m.cpp": '#include "../io/private.hpp"\n'},
    "JSON in a public header": {"include/thalweg/io/j.hpp": "#include <nlohmann/json.hpp>\n"},
    "CGAL in a public header": {"include/thalweg/core/j.hpp": "#include <CGAL/number_utils.h>\n"},
    "boost in a public header": {"include/thalweg/core/j.hpp": "#include <boost/graph/adjacency_list.hpp>\n"},
    "zip in a public header": {"include/thalweg/io/j.hpp": "#include <zip.h>\n"},
    "gmp in a public header, even of verify": {"include/thalweg/verify/j.hpp": "#include <gmpxx.h>\n"},
    "openssl in a public header": {"include/thalweg/io/j.hpp": "#include <openssl/sha.h>\n"},
    "a library in the wrong module": {"src/model/m.cpp": "#include <nlohmann/json.hpp>\n"},
    "an unlisted library": {"src/model/m.cpp": "#include <CGAL/number_utils.h>\n"},
    "Eigen in verify": {"src/verify/w.cpp": "#include <Eigen/Core>\n"},
    "a floating-point type in verify": {"src/verify/w.cpp": "static double x;\n"},
    "a floating-point type in the checker's program": {"tools/thalweg-check/x.cpp": "float y;\n"},
    "an unlisted module": {"src/extra/e.cpp": "#include <vector>\n"},
    "a header that does not exist": {"src/model/m.cpp": '#include "thalweg/core/none.hpp"\n'},
}


def problems_of(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {"docs/architecture.md": TABLES, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return check(root)[0]


def self_test():
    failures = [f"a good tree was refused: {p}" for p in problems_of(GOOD)]
    failures += [f"not noticed: {what}" for what, extra in BAD.items() if len(problems_of({**GOOD, **extra})) != 1]
    print("\n".join(failures) if failures else f"self-test: {len(BAD)} wrong trees refused, the good one accepted")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    problems, count = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) if problems else f"{count} files follow docs/architecture.md")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
