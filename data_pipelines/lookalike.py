"""Small generated data in each source's own file format, for trying and testing offline."""

import gzip
import io
import tarfile
import wave
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

SYLLABLES = ("ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "ne", "po", "ra", "si", "tu", "ve", "za")


def sentences(folder: Path, *, names: Sequence[str], classes: int, lines: int = 260) -> list[Path]:
    """Write "<label> <sentence>" files; a word or two of each sentence give the label away."""
    rng = np.random.default_rng(classes)
    vocabulary = [a + b for a in SYLLABLES for b in SYLLABLES]
    paths = [folder / name for name in names]
    for path in paths:
        text = "".join(f"{line % classes} {_sentence(line % classes, vocabulary, rng)}\n" for line in range(lines))
        path.write_text(text, "latin-1")
    return paths


def _sentence(label: int, vocabulary: Sequence[str], rng: np.random.Generator) -> str:
    chosen = rng.choice(vocabulary, rng.integers(1, 12)).tolist()
    return " ".join([*chosen, f"Sign{label}", *chosen[:2], "?"])


def digits(folder: Path, *, images: int = 200) -> list[Path]:
    """Write a gzipped CSV of 64 pixels from 0 to 16 and a label; each label lights rows of its own."""
    rng = np.random.default_rng(0)
    labels = np.arange(images) % 10
    pixels = rng.integers(0, 5, (images, 64))
    pixels[np.arange(images), labels * 6] += 11
    path = folder / "digits.csv.gz"
    np.savetxt(path, np.column_stack([pixels, labels]), fmt="%d", delimiter=",")
    return [path]


def corpus(folder: Path, *, documents: int = 60) -> list[Path]:
    """Write a document a line, and tab-separated word pairs with a score."""
    rng = np.random.default_rng(0)
    vocabulary = np.array([a + b for a in SYLLABLES[:4] for b in SYLLABLES[:6]])
    text, pairs = folder / "corpus.txt", folder / "pairs.tsv"
    text.write_text("".join(" ".join(rng.choice(vocabulary, 40)) + "\n" for _ in range(documents)), "utf-8")
    chosen = rng.choice(vocabulary, (20, 2))
    pairs.write_text("".join(f"{a}\t{b}\t{rng.uniform(0, 10):.2f}\n" for a, b in chosen), "utf-8")
    return [text, pairs]


def vectors(folder: Path, *, width: int) -> list[Path]:
    """Write a gzipped binary file of vectors for two thirds of the words of `sentences`."""
    words = [a + b for a in SYLLABLES for b in SYLLABLES if (a < b or a == "ba")] + ["sign0", "Sign1", "?"]
    numbers = np.random.default_rng(0).normal(0, 0.15, (len(words), width)).astype("<f4")
    path = folder / "vectors.bin.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(f"{len(words)} {width}\n".encode())
        for word, row in zip(words, numbers, strict=True):
            stream.write(word.encode() + b" " + row.tobytes())
    return [path]


def analogies(folder: Path) -> Path:
    """Write two sections of questions over the words of `vectors`."""
    path = folder / "questions.txt"
    path.write_text(": first\nbaba baco badi bafu\n: gram-second\nbage baha baki balo\n", "utf-8")
    return path


def trees(folder: Path, *, sentences: int = 60) -> list[Path]:
    """Write labelled trees, a line each, for training, validation and test."""
    rng = np.random.default_rng(0)
    vocabulary = [a + b for a in SYLLABLES for b in SYLLABLES]
    paths = [folder / name for name in ("train.txt", "dev.txt", "test.txt")]
    for path in paths:
        path.write_text("".join(_tree(number % 5, vocabulary, rng) + "\n" for number in range(sentences)), "utf-8")
    return paths


def _tree(label: int, vocabulary: Sequence[str], rng: np.random.Generator) -> str:
    tree = f"({label} Sign{label})"
    for word in rng.choice(vocabulary, rng.integers(2, 9)).tolist():
        tree = f"({label} ({rng.integers(0, 5)} {word}) {tree})"
    return tree


def usps(folder: Path, *, digits: int = 120) -> list[Path]:
    """Write an HDF5 file of 16x16 digits with values from 0 to 1, a half for training and a half for test."""
    import h5py

    path = folder / "usps.h5"
    with h5py.File(path, "w") as file:
        for part in ("train", "test"):
            labels, pixels = _barred(digits // 2, 16, len(part))
            file[f"{part}/data"], file[f"{part}/target"] = pixels.reshape(len(labels), -1) / 255, labels
    return [path]


def mnist(folder: Path, *, digits: int = 160) -> list[Path]:
    """Write idx files of 28x28 digits and of their labels, for training and for test."""
    paths = []
    for part in ("train", "t10k"):
        labels, pixels = _barred(digits // 2, 28, len(part))
        for name, array in ((f"{part}-images-idx3-ubyte.gz", pixels), (f"{part}-labels-idx1-ubyte.gz", labels)):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            with gzip.open(folder / name, "wb") as stream:
                stream.write(header + array.astype("u1").tobytes())
            paths.append(folder / name)
    return paths


def cifar10_binary(folder: Path, *, images: int = 20) -> list[Path]:
    """Write an archive of binary files, each record a label and three planes of 32x32."""
    path = folder / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"):
            labels, pixels = _barred(images, 32, len(name))
            content = np.column_stack([labels, np.tile(pixels.reshape(images, -1), 3)]).astype("u1").tobytes()
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return [path]


def cifar10_folder(folder: Path, *, images: int = 60) -> list[Path]:
    """Write a zip of JPEG images of 32x32 under train/<class>/ and test/<class>/."""
    from PIL import Image

    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    path = folder / "cifar10_jpg.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("train", "test"):
            for number, (label, pixels) in enumerate(zip(*_barred(images, 32, len(part)), strict=True)):
                content = io.BytesIO()
                Image.fromarray(pixels.astype("u1")).convert("RGB").save(content, "JPEG")
                archive.writestr(f"{part}/{names[label]}/{number:04d}.jpg", content.getvalue())
    return [path]


def _barred(images: int, side: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels 0 to 9 in turn, and noisy grey images, (images, side, side), with a bar at the label's row."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % 10
    pixels = rng.integers(0, 60, (images, side, side))
    for image, label in zip(pixels, labels, strict=True):
        image[2 + label * (side - 4) // 10, 3:-3] = 255
    return labels, pixels


def text(folder: Path, *, lines: int = 120) -> list[Path]:
    """Write a sentence a line for training, validation and test; every word follows from the one before."""
    rng = np.random.default_rng(0)
    words = [a + b for a in SYLLABLES[:6] for b in SYLLABLES[:6]]
    paths = [folder / name for name in ("train.txt", "valid.txt", "test.txt")]
    for path, count in zip(paths, (lines, lines, lines // 6), strict=True):
        starts, lengths = rng.integers(0, len(words), count), rng.integers(3, 12, count)
        sentences = [
            " ".join(words[(start + 5 * step) % len(words)] for step in range(length))
            for start, length in zip(starts, lengths, strict=True)
        ]
        path.write_text("".join(f" {sentence} <unk> \n" for sentence in sentences), "utf-8")
    return paths


def emodb(folder: Path) -> list[Path]:
    """Write a zip of some speech-like sound for every speaker and emotion of Emo-DB; each has its pitch."""
    path = folder / "emodb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for speaker in ("03", "08", "09", "10", "11", "12", "13", "14", "15", "16"):
            for number, letter in enumerate("WFNT"):
                archive.writestr(f"wav/{speaker}a01{letter}a.wav", _voice(number, int(speaker)))
    return [path]


def iemocap(folder: Path) -> list[Path]:
    """Write a folder of IEMOCAP's form: judgements and sounds of five sessions, improvised and scripted."""
    for session in range(1, 6):
        for dialog in (f"Ses0{session}F_impro01", f"Ses0{session}M_script01_1"):
            sounds = folder / f"Session{session}/sentences/wav/{dialog}"
            judged = folder / f"Session{session}/dialog/EmoEvaluation/{dialog}.txt"
            sounds.mkdir(parents=True)
            judged.parent.mkdir(parents=True, exist_ok=True)
            names = [f"{dialog}_{speaker}{number:03d}" for speaker in "FM" for number in range(6)]
            lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
            for number, (name, emotion) in enumerate(zip(names, 2 * _EMOTIONS, strict=True)):
                ratings = f"[{1.5 + number % 4:.4f}, {4.5 - number % 4:.4f}, 2.5000]"
                lines += [
                    f"[{number}.0000 - {number}.9000]\t{name}\t{emotion}\t{ratings}",
                    "A-E1:\tNeutral;\t()",
                    "",
                ]
                (sounds / f"{name}.wav").write_bytes(_voice(number % 6, session))
            judged.write_text("\n".join(lines), "utf-8")
    return [folder]


_EMOTIONS = ("ang", "hap", "neu", "sad", "exc", "xxx")


def _voice(pitch: int, seed: int, *, rate: int = 16000) -> bytes:
    """Return a WAV file of a quarter to half a second of a buzzing tone in noise, a second of the lowest."""
    rng = np.random.default_rng([pitch, seed])
    time = np.arange(int(rate * (rng.uniform(0.25, 0.5) if pitch else 1.0))) / rate
    buzz = sum(np.sin(2 * np.pi * 100 * 2 ** (pitch / 3) * harmonic * time) / harmonic for harmonic in range(1, 6))
    samples = (4000 * buzz + rng.normal(0, 500, len(time))).astype("<i2")
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return content.getvalue()


def topics(folder: Path, *, classes: int, fields: int, rows: int = 42, synonyms: bool = False) -> list[Path]:
    """Write train.csv and test.csv: a quoted class from 1, then fields; a word gives the class away.

    With `synonyms` also a thesaurus of their words.
    """
    paths = [folder / name for name in ("train.csv", "test.csv")]
    vocabulary = [a + b for a in SYLLABLES for b in SYLLABLES]
    for number, path in enumerate(paths):
        rng = np.random.default_rng(number)
        lines = []
        for row in range(rows):
            texts = [" ".join(rng.choice(vocabulary, rng.integers(2, 9))) for _ in range(fields)]
            texts[-1] += f' ""Sign{SYLLABLES[row % classes]}"", \\nand so on.'
            lines.append(",".join(f'"{text}"' for text in (str(row % classes + 1), *texts)) + "\n")
        path.write_text("".join(lines), "utf-8")
    return [*paths, *thesaurus(folder, vocabulary)] if synonyms else paths


def thesaurus(folder: Path, words: Sequence[str]) -> list[Path]:
    """Write a MyThes file in which the words before and after each are its synonyms."""
    path = folder / "thesaurus.dat"
    near = zip(words, (words[-1], *words), (*words[1:], words[0]), strict=False)
    path.write_text("UTF-8\n" + "".join(f"{word}|1\n(noun)|{one}|{other}\n" for word, one, other in near), "utf-8")
    return [path]
