#!/usr/bin/env bash
# build.sh [FOLDER]: the documentation as a static site, in build/site unless a folder is named. Markdown is rendered by
# python3-markdown-it: GitHub's tables and CommonMark in 0.3 MB, where pandoc takes 170; the pages' formulas are plain text.
# Where Doxygen is installed, the reference of the C++ library is in FOLDER/api.
set -euo pipefail
cd "$(dirname "$0")/../.."
site=${1:-build/site}
rm -rf "$site"
mkdir -p "$site"

reference() {
  { cat tools/docs/Doxyfile; printf '%s\n' "OUTPUT_DIRECTORY = $site" "HTML_OUTPUT = api" "WARN_LOGFILE = $site/warnings.txt" "$@"; } | doxygen -
}
if command -v doxygen >/dev/null; then
  # Members speak for themselves (samples(), beta) and plain records are told by the function that takes or returns them;
  # any other name needs a docstring, and every docstring must be understood.
  reference "GENERATE_HTML = NO" "GENERATE_XML = YES" "XML_OUTPUT = xml" "EXTRACT_ALL = NO" "WARN_IF_UNDOCUMENTED = YES"
  if grep -vE 'Member .* of (struct|class) .* is not documented|Compound .* is not documented' "$site/warnings.txt"; then
    echo "docs: the lines above are errors" >&2
    exit 1
  fi
  version=$(sed -n 's/^project(thalweg VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  reference "EXTRACT_ALL = YES" "PROJECT_NUMBER = $version"
  rm -r "$site/warnings.txt" "$site/xml"
else
  echo "docs: no doxygen, so no reference of the C++ library"
fi

# Debian's Python has the renderer.
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tools/docs/make_site.py . "$site"
echo "docs: $site/index.html"
