"""The store that runs go to, opened once for all papers of a command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from results.tracking.client import connect, connections_kept, own_database, set_up, tracking_uri
from results.tracking.database import prepare, without_flushing


class Store:
    """The database in a results folder, or what `MLFLOW_TRACKING_URI` names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def uri(self) -> str:
        return tracking_uri(self.folder)

    def open(self, say: Callable[[str], None]) -> Any:
        """Return a client; `say` gets a sentence if a damaged database was replaced. Raises what MLflow raises."""
        self._say = say
        return self._client

    @cached_property
    def _client(self) -> Any:
        set_up()
        if path := own_database(self.folder):
            prepare(path, self._say)
        return connect(self.uri)

    def artifacts_of(self, paper: str) -> str | None:
        """Return where the files of a new experiment go: beside our own database, or where the server says."""
        path = own_database(self.folder)
        return (path.parent / "mlartifacts" / paper).as_uri() if path else None

    @contextmanager
    def many(self) -> Iterator[None]:
        """Open our own database faster: flushed to disk once, at the end, and by connections that stay.

        The client has to be opened inside. `track` can make the database again at any time.
        """
        path = own_database(self.folder)
        if path is None:
            yield
            return
        with without_flushing(path), connections_kept():
            yield
