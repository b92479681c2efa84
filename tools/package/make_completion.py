"""Completions for bash, zsh and fish from what the program says about itself.

    make_completion.py THALWEG FOLDER

Writes FOLDER/thalweg (bash), FOLDER/_thalweg (zsh) and FOLDER/thalweg.fish.
"""

import pathlib
import sys

import help_listing


def words(options):
    return " ".join(name for option in options for name in option.names)


def takes_files(command):
    return any(not option.names[0].startswith("-") for options in command.sections.values() for option in options)


def bash_values(command):
    """The branches of a `case` over the option before the cursor."""
    lines = []
    for option in command.options():
        if not option.value:
            continue
        what = f'-W "{" ".join(option.choices)}"' if option.choices else "-f" if option.takes_path else '-W ""'
        lines.append(f'      {"|".join(f"{command.name}:{name}" for name in option.names)}) COMPREPLY=($(compgen {what} -- "$current")); return ;;\n')
    return "".join(lines)


def bash(program):
    values = "".join(map(bash_values, program.commands))
    options = "".join(f'      {command.name}) options="{words(command.options())}" ;;\n' for command in program.commands)
    with_files = "|".join(f"{command.name}:*" for command in program.commands if takes_files(command))
    names = " ".join(command.name for command in program.commands)
    return f"""# bash completion of thalweg, written by tools/package/make_completion.py from --help
_thalweg() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}} options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{names} {words(program.options())}" -- "$current"))
    return
  fi
  compopt -o filenames 2>/dev/null
  case "$command:$previous" in
{values}  esac
  case "$command" in
{options}  esac
  case "$command:$current" in
    *:-*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    {with_files}) COMPREPLY=($(compgen -f -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
  esac
}}
complete -F _thalweg thalweg
"""


def zsh_quoted(text):
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_option(option):
    value = ""
    if option.value:
        action = f"({' '.join(option.choices)})" if option.choices else "_files" if option.takes_path else " "
        value = f":{option.value.replace(':', '')}:{action}"
    lines = []
    for name in option.names:
        text = zsh_quoted(option.text)[1:-1]
        lines.append(f"        '{name}[{text}]{value}'")
    return " \\\n".join(lines)


def zsh(program):
    commands = "\n".join(f"    {zsh_quoted(command.name)}':'{zsh_quoted(command.text)}" for command in program.commands)
    cases = ""
    for command in program.commands:
        options = " \\\n".join(map(zsh_option, command.options()))
        files = " \\\n        '*:file:_files'" if takes_files(command) else ""
        cases += f"    {command.name})\n      _arguments \\\n{options}{files}\n      ;;\n"
    return f"""#compdef thalweg
# zsh completion of thalweg, written by tools/package/make_completion.py from --help
_thalweg() {{
  local -a commands
  commands=(
{commands}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- {words(program.options())}
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
{cases}  esac
}}
_thalweg "$@"
"""


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(command, option):
    condition = f"'__fish_seen_subcommand_from {command.name}'"
    names = " ".join(("-l " if name.startswith("--") else "-s ") + name.lstrip("-") for name in option.names)
    value = ""
    if option.value:
        value = f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r -F" if option.takes_path else " -x"
    return f"complete -c thalweg -n {condition} {names}{value} -d {fish_quoted(option.text)}\n"


def fish(program):
    lines = ["# fish completion of thalweg, written by tools/package/make_completion.py from --help\n", "complete -c thalweg -f\n"]
    for command in program.commands:
        lines.append(f"complete -c thalweg -n __fish_use_subcommand -a {command.name} -d {fish_quoted(command.text)}\n")
        if takes_files(command):
            lines.append(f"complete -c thalweg -n '__fish_seen_subcommand_from {command.name}' -F\n")
        lines.extend(fish_option(command, option) for option in command.options())
    return "".join(lines)


def main():
    program = help_listing.read_program(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in (("thalweg", bash), ("_thalweg", zsh), ("thalweg.fish", fish)):
        (folder / name).write_text(write(program), encoding="utf-8")


if __name__ == "__main__":
    main()
