"""retable vectors train | take | info | neighbours | analogy | evaluate | plot: vectors, new or from files."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from benchmarks.cli.console import bar_of_steps, wide_console
from benchmarks.settings import MOST_EPOCHS
from data_pipelines.dataset import DataError
from data_pipelines.text.vector_files import WIDEST, blocks, layout, nearest, read_vectors, unit, write_binary

app = typer.Typer(help="Word vectors: train them, and look at those of any file.", no_args_is_help=True)
VectorFile = Annotated[
    Path, typer.Argument(help="word2vec text or binary, GloVe or fastText .vec; plain or gzipped.")
]
Count = Annotated[int, typer.Option(min=1, help="How many.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first words of the file, the frequent ones.")]
EVALUATED_WORDS = 300_000
MOST_NAMED = 10  # of missing words


@app.command()
def train(
    corpus: Annotated[
        Path, typer.Argument(help="A text, plain or gzipped, a sentence a line, words between blanks.")
    ],
    output: Annotated[Path, typer.Argument(help="Where the vectors go, in word2vec's binary format.")],
    width: Annotated[int, typer.Option(min=1, max=WIDEST)] = 300,
    window: Annotated[int, typer.Option(min=1, max=1000)] = 5,
    min_count: Annotated[int, typer.Option(min=1, max=2**31 - 1, help="Leave rarer words out.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, max=MOST_EPOCHS)] = 5,
    skip_gram: Annotated[bool, typer.Option("--skip-gram", help="Instead of CBOW.")] = False,
    negative: Annotated[int, typer.Option(min=1, max=1000, help="Negative samples.")] = 5,
    hierarchical: Annotated[
        bool, typer.Option("--hierarchical", help="Softmax, instead of negative samples.")
    ] = False,
    sample: Annotated[
        float, typer.Option(min=0, max=1, help="Threshold above which frequent words are thinned.")
    ] = 1e-3,
    lower: Annotated[bool, typer.Option("--lower", help="Lower-case the corpus.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1)] = 0,
    workers: Annotated[
        int, typer.Option(min=1, max=1000, help="With one, a seed gives the same vectors twice.")
    ] = 1,
) -> None:
    """Train word2vec on a text that is streamed from the disk."""
    from data_pipelines.text.word2vec import TextLines, train_vectors

    if not corpus.is_file():
        raise DataError(f"There is no text {corpus}.")
    if not output.parent.is_dir() or output.is_dir() or output.resolve() == corpus.resolve():
        raise DataError(
            f"{output} can't be written: expected a file, other than the text, in a folder that exists."
        )
    with bar_of_steps(wide_console()) as bar:
        sentences = sum(1 for _ in TextLines(corpus))
        if not sentences:
            raise DataError(f"{corpus}, the file has no words.")
        task = bar.add_task("reading", total=sentences * (epochs + 1))
        text = TextLines(corpus, lower=lower, on_sentence=lambda: bar.advance(task))
        trained = train_vectors(
            text,
            seed=seed,
            width=width,
            window=window,
            min_count=min_count,
            epochs=epochs,
            skip_gram=skip_gram,
            negative=negative,
            hierarchical=hierarchical,
            sample=sample,
            workers=workers,
        )
    write_binary(output, trained.index_to_key, trained.vectors)
    print(f"{output}: {len(trained)} words of width {trained.vector_size}.")


@app.command()
def take(
    path: VectorFile,
    words: Annotated[Path, typer.Argument(help="A list of words, one a line.")],
    output: Annotated[Path, typer.Argument(help="Where their vectors go, in word2vec's binary format.")],
) -> None:
    """Write the vectors of the words of a list, in its order. Equal vectors give equal files."""
    listed = _words_in(words)
    vectors = _vectors_of(path, listed)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_binary(output, listed, vectors)
    print(f"{output}: {len(listed)} words of width {vectors.shape[1]}.")


@app.command()
def info(path: VectorFile) -> None:
    """Read a file whole: its format, words, lengths, soundness."""
    found = layout(path)
    lengths = [np.linalg.norm(vectors, axis=1) for _, vectors in blocks(path)]
    every = np.concatenate(lengths) if lengths else np.zeros(1)
    kind = found.form if found.words is not None else f"{found.form}, without a header"
    print(f"{path}: {kind}, {sum(map(len, lengths)):,} words of width {found.width}")
    print(f"length of a vector: mean {every.mean():.3f}, from {every.min():.3f} to {every.max():.3f}")


@app.command()
def neighbours(
    path: VectorFile,
    words: Annotated[list[str], typer.Argument(help="Words of the file.")],
    count: Count = 10,
    limit: Limit = None,
) -> None:
    """List the words nearest to each, by cosine."""
    vectors = _vectors_of(path, words)
    found = nearest(path, vectors, count, [{word} for word in words], limit)
    _print_lists(dict(zip(words, found, strict=True)))


@app.command()
def analogy(
    path: VectorFile,
    a: Annotated[str, typer.Argument(help="man")],
    b: Annotated[str, typer.Argument(help="king")],
    c: Annotated[str, typer.Argument(help="woman")],
    count: Count = 5,
    limit: Limit = None,
) -> None:
    """Find the word that is to C as B is to A.

    It is the one nearest to B - A + C, these three left out.
    """
    first, second, third = unit(_vectors_of(path, [a, b, c]))
    found = nearest(path, (second - first + third)[None], count, [{a, b, c}], limit)
    _print_lists({f"{b} - {a} + {c}": found[0]})


@app.command()
def evaluate(
    path: VectorFile,
    limit: Annotated[int, typer.Option(min=1, help="Only the first words of the file.")] = EVALUATED_WORDS,
) -> None:
    """Answer Google's analogies, and correlate with WordSim-353.

    The analogies are answered by section; the correlation is that of similarities.
    """
    from data_pipelines.datasets.vectors import ANALOGIES_FILE, SIMILARITIES_FILE
    from data_pipelines.download import fetch
    from data_pipelines.text.word2vec import analogies, known_vectors, rank_correlation

    vectors = known_vectors(path, limit)
    grid = Table("section", "right", "of those known", "%", title=f"Google's analogies, {len(vectors):,} words")
    for section, right, known in analogies(vectors, fetch(ANALOGIES_FILE)):
        grid.add_row(section, str(right), str(known), f"{100 * right / known:.1f}" if known else "-")
    wide_console().print(grid)
    correlation, share = rank_correlation(vectors, fetch(SIMILARITIES_FILE))
    rank = "-" if math.isnan(correlation) else f"{correlation:.3f}"
    print(f"WordSim-353: Spearman's rank correlation {rank}, on {share:.0%} of its pairs.")


@app.command()
def plot(
    path: VectorFile,
    words: Annotated[list[str], typer.Argument(help="Words of the file, three or more.")],
    output: Annotated[Path, typer.Option(help="A file that ends in .svg or .png.")] = Path("vectors.svg"),
) -> None:
    """Draw words on the plane of their two principal components."""
    from sklearn.decomposition import PCA

    from results.report.charts import save, word_map

    if output.suffix not in (".svg", ".png"):
        raise DataError(f"{output} ends in {output.suffix!r}. Expected .svg or .png.")
    vectors = _vectors_of(path, words)
    different = len(np.unique(vectors, axis=0))
    if different < 3 or vectors.shape[1] < 2:
        raise DataError(
            f"{different} different vector(s) of width {vectors.shape[1]} make no map. Expected 3, of width 2."
        )
    plane = PCA(2, random_state=0).fit(vectors)
    save(word_map(words, plane.transform(vectors), plane.explained_variance_ratio_), output)
    print(output)


def _words_in(path: Path) -> list[str]:
    """Return the words of a list, one a line. Raises DataError for a file that is not text."""
    if not path.is_file():
        raise DataError(f"There is no list {path}.")
    try:
        return path.read_text("utf-8-sig").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, byte {error.start}: {error.reason}. Expected words in UTF-8.") from error


def _vectors_of(path: Path, words: Sequence[str]) -> Any:
    """Return the vectors of words. Raises DataError naming those that the file lacks."""
    vectors = read_vectors(path, words)
    if missing := [word for word, row in zip(words, vectors, strict=True) if np.isnan(row[0])]:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        names = ", ".join(map(repr, missing[:MOST_NAMED])) + more
        raise DataError(f"{path} has no vector of {names}. Its words keep their letter case.")
    return vectors


def _print_lists(found: dict[str, list[tuple[str, float]]]) -> None:
    for name, words in found.items():
        sys.stdout.write(f"{name}: " + ", ".join(f"{word} {cosine:.3f}" for word, cosine in words) + "\n")
