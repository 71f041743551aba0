"""Generated words, digits and voices for look-alikes: small files in the form of a data set, to try it offline."""

import io
import wave

import numpy as np

SYLLABLES = ("ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "ne", "po", "ra", "si", "tu", "ve", "za")
VOCABULARY = [first + second for first in SYLLABLES for second in SYLLABLES]


def barred_digits(images: int, side: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels 0 to 9 in turn, and noisy grey images, (images, side, side), with a bar at the label's row."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % 10
    pixels = rng.integers(0, 60, (images, side, side))
    for image, label in zip(pixels, labels, strict=True):
        image[2 + label * (side - 4) // 10, 3:-3] = 255
    return labels, pixels


def voice(pitch: int, seed: int, *, rate: int = 16000) -> bytes:
    """Return a WAV file of a buzzing tone in noise, a quarter to half a second long; pitch 0 lasts a second."""
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
