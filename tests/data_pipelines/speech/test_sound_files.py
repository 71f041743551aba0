"""Sound files: found, read as mono signals, and refused if damaged."""

import os
import wave

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.speech.sound_files import read_sound, sounds_in
from tests.support.sounds import RATE, save, tone


def cut_in_the_middle(path):
    save(path, tone(220.0))
    path.write_bytes(path.read_bytes()[:5000])


def cut_aiff(path):
    save(path, tone(220.0))
    path.write_bytes(path.read_bytes()[:9000])


def with_no_number(path):
    save(path, np.where(np.arange(RATE) == 9000, np.nan, 0.1), subtype="FLOAT")


def changed(path, at, content):
    """Write bytes into a whole file, at a place or behind a name."""
    save(path, tone(220.0))
    whole = bytearray(path.read_bytes())
    at = whole.index(at) + len(at) if isinstance(at, bytes) else at
    whole[at : at + len(content)] = content
    path.write_bytes(whole)


def cut_behind_a_right_header(path, stated):
    """A file whose outer size is right, or not stated, is cut in its data."""
    save(path, tone(220.0))
    whole = bytearray(path.read_bytes()[:9000])
    order = "big" if path.suffix == ".aiff" else "little"
    whole[4:8] = (stated if stated is not None else len(whole) - 8).to_bytes(4, order)
    path.write_bytes(whole)


BAD = {
    "cut inside.wav": (lambda path: cut_behind_a_right_header(path, None), "is cut off: 8956 bytes of sound"),
    "cut, no size.wav": (lambda path: cut_behind_a_right_header(path, 0), "is cut off: 8956 bytes of sound"),
    "cut inside.aiff": (lambda path: cut_behind_a_right_header(path, None), "is cut off"),
    "absurd.flac": (lambda path: changed(path, 21, b"\xff" * 5), "samples a channel. Expected at most 268435456"),
    "slow.wav": (lambda path: changed(path, 24, b"\1\0\0\0"), "1 samples a second. Expected 1000"),
    "of no channel.wav": (lambda path: changed(path, 22, b"\0\0"), "can't be read as sound"),
    "chunk beyond.wav": (lambda path: changed(path, 16, b"\xf0\xff\xff\xff"), "can't be read as sound"),
    "folder.wav": (lambda path: path.mkdir(), "can't be read as sound"),
    "picture.wav": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" * 99), "can't be read as sound"),
    "empty.wav": (lambda path: path.write_bytes(b""), "can't be read as sound"),
    "text.wav": (lambda path: path.write_text("no sound"), "can't be read as sound"),
    "cut.wav": (cut_in_the_middle, "is cut off: 5000 bytes. Expected 22444"),
    "cut.aiff": (cut_aiff, "is cut off: 9000 bytes"),
    "nan.wav": (with_no_number, "sample 9000 is not finite"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_is_refused_by_name(name, tmp_path):
    damage, message = BAD[name]
    damage(tmp_path / name)
    with pytest.raises(DataError, match=f"{name}.*{message}"):
        read_sound(tmp_path / name)


def test_a_header_without_a_length_is_no_cut(tmp_path):
    """What a program writes that streams its sound."""
    path = save(tmp_path / "streamed.wav", tone(220.0))
    content = bytearray(path.read_bytes())
    content[4:8] = b"\xff" * 4
    path.write_bytes(content)
    assert len(read_sound(path)[0]) == round(0.7 * RATE)


def test_a_name_that_is_no_text_can_be_read(tmp_path):
    path = tmp_path / os.fsdecode(b"b\xff.wav")
    save(tmp_path / "plain.wav", tone(220.0)).rename(path)
    assert len(read_sound(path)[0]) == round(0.7 * RATE)


def test_sounds_are_found_by_their_endings(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("b.WAV", "deep/a.flac", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in sounds_in(tmp_path)] == ["b.WAV", "a.flac"]
    with pytest.raises(DataError, match="no folder"):
        sounds_in(tmp_path / "nowhere")


def test_eight_bits_of_the_standard_library_can_be_read(tmp_path):
    with wave.open(str(tmp_path / "old.wav"), "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes([128, 255, 0] * 100))
    signal, rate = read_sound(tmp_path / "old.wav")
    assert rate == 8000
    np.testing.assert_allclose(signal[:3], [0, 127 / 128, -1])
