"""One installation's home: a folder that holds everything it keeps on disk.

home.toml                which rulebook is in force, and the authority's secret settings' place
rulebooks/<digest>/      every rulebook that was ever in force here, so that old decisions replay
records.sqlite3          ledger, proposals, decisions, outbox (unless DATABASE_URL names a server)
snapshots/  classes/     what the engine reads and writes
public/                  the public store and its search index: all the portal may open
bundles/                 draw bundles, as published
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.errors import HomeExists, HomeMissing, RulebookUnknown
from goodstanding.core.rulebook import Rulebook

ENVIRONMENT = "GOODSTANDING_HOME"


def default_path() -> Path:
    """Return the home named by the environment, else ``./var``."""
    return Path(os.environ.get(ENVIRONMENT, "var")).resolve()


def shipped_rulebooks() -> Path:
    """Return the folder of rulebooks that came with the program."""
    return Path(os.environ.get("GOODSTANDING_RULEBOOKS", Path(__file__).parents[2] / "rulebooks"))


def rulebook_folder(name: str) -> Path:
    """Return the folder of a rulebook, by shipped name or by path.

    Raises:
        RulebookUnknown: Neither a shipped rulebook nor a folder with a rulebook.toml.
    """
    for folder in (shipped_rulebooks() / name, Path(name)):
        if (folder / "rulebook.toml").is_file():
            return folder
    shipped = sorted(path.parent.name for path in shipped_rulebooks().glob("*/rulebook.toml"))
    raise RulebookUnknown(
        asked=f"The rulebook {name}.",
        found="No folder of that name holds a rulebook.toml.",
        wants=f"A shipped rulebook ({', '.join(shipped) or 'none found'}) or the path of a folder.",
        next_step="Name one of these, or write the path of your own rulebook folder.",
    )


def read_rulebook(folder: Path) -> dict[str, bytes]:
    """Read the files of a rulebook folder, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


@lru_cache(maxsize=8)
def _kept(folder: Path) -> Rulebook:
    """Read a kept rulebook, once for each in a process: its folder bears its digest and never changes."""
    return rulebooks.load(read_rulebook(folder))


@dataclass(frozen=True)
class Home:
    """One installation's folder."""

    path: Path

    @classmethod
    def create(cls, path: Path, rulebook: str) -> Home:
        """Make an empty installation under a rulebook.

        Raises:
            HomeExists: The folder already holds an installation.
            RulebookUnknown: No such rulebook.
            RulebookInvalid: The rulebook has a mistake.
        """
        home = cls(path)
        if home.settings_file.exists():
            raise HomeExists(
                asked=f"A new installation in {path}.",
                found="It already holds one.",
                wants="An empty folder; an installation is never overwritten.",
                next_step="Choose another --home, or remove the old folder yourself if you mean to lose it.",
            )
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        home.adopt(rulebook_folder(rulebook))
        secret = path / "secret_key"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        return home

    def adopt(self, folder: Path) -> str:
        """Put a rulebook in force from now on, keep a copy of it, and return its digest."""
        files = read_rulebook(folder)
        book = rulebooks.load(files)
        copy = self.path / "rulebooks" / book.digest
        copy.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (copy / name).write_bytes(content)
        cards = copy / "cards"
        cards.mkdir(exist_ok=True)
        for card in sorted((folder / "cards").glob("*.toml")):
            (cards / card.name).write_bytes(card.read_bytes())
        self.settings_file.write_text(f'rulebook = "{book.digest}"\nrulebook_code = "{book.code}"\n', encoding="utf-8")
        return book.digest

    @property
    def settings_file(self) -> Path:
        return self.path / "home.toml"

    @cached_property
    def rulebook_digest(self) -> str:
        """The digest of the rulebook in force.

        Raises:
            HomeMissing: There is no installation here.
        """
        if not self.settings_file.is_file():
            raise HomeMissing(
                asked=f"The installation in {self.path}.",
                found="No home.toml is there.",
                wants="A folder made by `goodstanding init`.",
                next_step="Run `goodstanding init --rulebook NAME`, or name another --home.",
            )
        return str(tomllib.loads(self.settings_file.read_text(encoding="utf-8"))["rulebook"])

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rulebook in force, loaded and checked."""
        return self.rulebook_of(self.rulebook_digest)

    def rulebook_of(self, digest: str) -> Rulebook:
        """Return a rulebook that is or was in force here, by its digest."""
        folder = self.path / "rulebooks" / digest
        if not folder.is_dir():
            raise RulebookUnknown(
                asked=f"The rulebook with digest {digest}.",
                found=f"It is not kept in {folder.parent}.",
                wants="Every rulebook a decision was taken under is kept.",
                next_step="Restore the folder from a backup.",
            )
        return _kept(folder)

    @property
    def cards(self) -> Path:
        """The folder of source cards of the rulebook in force."""
        return self.path / "rulebooks" / self.rulebook_digest / "cards"

    @property
    def secret_key_file(self) -> Path:
        return self.path / "secret_key"

    @property
    def database(self) -> Path:
        return self.path / "records.sqlite3"

    def folder(self, name: str) -> Path:
        """Return one of the installation's folders (snapshots, classes, public, bundles), made when absent."""
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
