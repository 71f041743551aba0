"""One file per paper; this folder is the registry. Papers in the folders of RETABLE_PAPERS join it."""

import os
from pathlib import Path

VARIABLE = "RETABLE_PAPERS"


def join_folders() -> list[Path]:
    """Let the modules in the folders of RETABLE_PAPERS be imported as if they were here; return the folders."""
    named = [text for text in os.environ.get(VARIABLE, "").split(os.pathsep) if text]
    folders = list(dict.fromkeys(Path(text).expanduser().absolute() for text in named))
    if folders:  # by full paths, for processes that start in another folder
        os.environ[VARIABLE] = os.pathsep.join(map(str, folders))
    __path__[1:] = map(str, folders)
    return folders


join_folders()
