"""retable features: the feature frames of sound files, as arrays and pictures."""

import errno
import os
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.cli.console import bar_of_steps, warn, wide_console
from benchmarks.cli.options import arguments
from benchmarks.streams import escaped
from benchmarks.table import match
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import atomic_path, remove_leftovers


def features(
    folder: Annotated[Path, typer.Argument(help="Sound files are looked for in it and in its folders.")],
    kind: Annotated[str, typer.Option(help="log_mel, mfcc, prosody or egemaps.")] = "log_mel",
    output: Annotated[Path, typer.Option(help="A folder; it gets the same folders.")] = Path("features"),
    plot: Annotated[bool, typer.Option("--plot", help="Draw each file's frames, too.")] = False,
    ending: arguments.Ending = "png",
    workers: Annotated[int | None, typer.Option(min=1, max=1000, help="Processes [one a core].")] = None,
) -> None:
    """Write the features of every sound file as .npy.

    They are float32 (frames, features): windows of 25 ms every 10 ms, at 16 kHz.
    Channels are averaged, other rates resampled. Files that can't be used are named and left out.
    """
    from data_pipelines.speech.features import KINDS, require
    from data_pipelines.speech.frames import each, frames_of
    from data_pipelines.speech.sound_files import sounds_in

    chosen = match("kind", kind, list(KINDS))
    require(chosen)
    paths = sounds_in(folder)
    remove_leftovers(output)
    written = 0
    with bar_of_steps(wide_console()) as bar:
        task = bar.add_task(chosen, total=len(paths))
        for path, failure in each(paths, chosen, workers=workers):
            bar.advance(task)
            if failure:
                warn(str(failure))
                continue
            place = output / path.relative_to(folder).parent / f"{path.name}.npy"
            try:
                _write(place, frames_of(path, chosen), chosen, ending if plot else "")
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                warn(f"{path}: its name is too long for a longer one beside it.")
                continue
            written += 1
    if not written:
        raise DataError(f"None of the {len(paths)} sound files in {folder} can be used.")
    print(
        f"{output}: {chosen} of {written} files" + (f", {len(paths) - written} left out" * (written < len(paths)))
    )


def _write(place: Path, frames: np.ndarray, kind: str, ending: str) -> None:
    from data_pipelines.speech.features import KINDS, SHIFT_SECONDS
    from results.report import pictures

    place.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(place) as temporary:
        np.save(temporary, frames)
    if ending:
        picture, title = (
            place.with_suffix(f".{ending}"),
            escaped(os.fsencode(f"{place.stem}, {kind}").decode(errors="backslashreplace")),
        )
        pictures.draw_features(frames, KINDS[kind].names, title, picture, seconds=SHIFT_SECONDS)
