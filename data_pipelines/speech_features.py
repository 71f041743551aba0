"""Sound to feature frames; the only door to librosa."""

import numpy as np


def log_mel(
    signal: np.ndarray,
    rate: int,
    *,
    bands: int = 26,
    window_seconds: float = 0.025,
    shift_seconds: float = 0.010,
) -> np.ndarray:
    """Return log mel energies, float32 (frames, bands), of a mono signal, float (samples,).

    Frames are not padded at the edges: `1 + (samples - window) // shift` of them.
    Raises ValueError when the signal is shorter than one window.
    """
    import librosa

    window, shift = round(window_seconds * rate), round(shift_seconds * rate)
    if len(signal) < window:
        raise ValueError(f"A signal of {len(signal)} samples. Expected at least one window of {window}.")
    energies = librosa.feature.melspectrogram(
        y=signal, sr=rate, n_fft=window, hop_length=shift, n_mels=bands, center=False, power=2.0
    )
    return np.log(energies.T + 1e-6).astype("float32")
