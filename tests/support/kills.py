"""Commands that are killed while they write, again and again, and what is wrong after it."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from results.records import JobKey, RecordFiles
from tests.support.processes import FAULTS, ROOT

EAGER = [sys.executable, "-m", "tests.support.eager"]
NEVER = 10**9
Command = tuple[str, ...]


@dataclass
class Damage:
    """What kills did; all of it is to be nothing."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # commands that did not go on after a kill

    def __str__(self) -> str:
        return ", ".join(f"{name} {len(found)}" for name, found in vars(self).items())

    @property
    def found(self) -> list[str]:
        return [text for texts in vars(self).values() for text in texts]


@dataclass
class Place:
    """A folder in which commands work: home, results and temporary files."""

    folder: Path
    settings: dict[str, str]

    def run(self, command: Command, at: int) -> tuple[int, str]:
        """Run a command that is killed at a write; return its status and its errors."""
        counter = self.folder.parent / "counter"
        counter.unlink(missing_ok=True)
        own = {
            "RETABLE_HOME": str(self.folder / "home"),
            "RETABLE_RESULTS": str(self.folder / "results"),
            "TMPDIR": str(self.folder / "tmp"),
            "FAULT": f"{self.folder}\n{counter}\n{at}",
            "PYTHONPATH": os.pathsep.join([str(FAULTS), str(ROOT)]),
        }
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        arguments = [argument.replace("PLACE", str(self.folder)) for argument in command]
        done = subprocess.run(
            [*EAGER, *arguments],
            cwd=ROOT,
            env=os.environ | self.settings | own,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stderr

    def writes(self) -> int:
        """Return how often the last command wrote."""
        return (self.folder.parent / "counter").stat().st_size

    def running(self) -> list[str]:
        """Return the processes of commands in this place."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.folder).encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:100])
            except OSError:
                continue  # it ended, or is another user's
        return found

    def keys(self) -> Counter[JobKey]:
        """Return the jobs of all records, and how often each is there."""
        folders = [self.folder / "results" / "trial", self.folder / "results"]
        files = [RecordFiles(path.stem, one) for one in folders for path in (one / "reproduced").glob("*.csv")]
        return Counter(record.key for one in files for record in one.records() if not record.error)


def killed_again_and_again(
    commands: Sequence[Command], folder: Path, kills: int, *, seed: int = 0, **settings: str
) -> tuple[Damage, int]:
    """Run commands to their end, over and over in new folders, until so many kills struck; return the damage."""
    rng, damage, struck, cycle = random.Random(seed), Damage(), 0, 0
    whole = Place(folder / "whole" / "place", settings)
    writes = {}
    for command in commands:
        status, errors = whole.run(command, NEVER)
        assert status == 0, errors
        writes[command] = whole.writes()
    while struck < kills:
        cycle += 1
        place = Place(folder / str(cycle) / "place", settings)
        for command in commands:
            struck += _killed(command, place, rng.sample(range(1, writes[command] + 1), min(kills, 2)), damage)
        _inspect(place, whole, damage)
    return damage, struck


def _killed(command: Command, place: Place, faults: Sequence[int], damage: Damage) -> int:
    """Run a command to its end, with kills before; return how many struck."""
    struck = 0
    for at in [*faults, NEVER]:
        before = place.keys()
        status, errors = place.run(command, at)
        struck += status == -signal.SIGKILL
        damage.lost += [f"{key} after {command[:2]} at {at}" for key in before - place.keys()]
        time.sleep(0.2)
        damage.orphaned += place.running()
        if at == NEVER and status:
            damage.failed.append(f"{' '.join(command)} after {faults}: {status}: {errors[-800:]}")
    return struck


def _inspect(place: Place, whole: Place, damage: Damage) -> None:
    """Compare what killed commands left with what unbroken ones do."""
    found, expected = place.keys(), whole.keys()
    damage.lost += map(str, expected.keys() - found.keys())
    damage.doubled += [str(key) for key, times in found.items() if times > 1]
    files = {name.folder: _names(name.folder) for name in (place, whole)}
    damage.left += sorted(files[place.folder] - files[whole.folder])
    damage.lost += sorted(files[whole.folder] - files[place.folder])


def _names(folder: Path) -> set[str]:
    """Return what is in a folder, but torn lines, which are kept, and what MLflow numbers at random.

    Python itself writes a file into the folder of temporary files, to see whether it can.
    """
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix != ".torn")
    numbered = re.compile(r"tmp/[a-z0-9_]{8}|.*/mlartifacts/.*")
    return {path for path in paths if not numbered.fullmatch(path)}
