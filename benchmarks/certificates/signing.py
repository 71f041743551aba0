"""Signatures: of a manifest, by the Ed25519 key that its owner uses for SSH."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
    ssh_key_fingerprint,
)

from results.ledger import ResultsError

PURPOSE = b"retable certificate\n"  # a signature of something else must not pass for one of a certificate
MADE = "`ssh-keygen -t ed25519` makes one"


class NeedsPassphrase(Exception):
    """A key that is encrypted."""


def usual_key() -> Path | None:
    """Return the user's own key, if there is one."""
    path = Path.home() / ".ssh" / "id_ed25519"
    return path if path.is_file() else None


def read_key(path: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Return a private key. Raises NeedsPassphrase; ResultsError for a file that is missing or no such key."""
    try:
        key = load_ssh_private_key(path.read_bytes(), passphrase.encode() or None)
    except OSError as error:
        raise ResultsError(f"The key {path} can't be read: {error.strerror}. {MADE}.") from error
    except TypeError as error:
        raise NeedsPassphrase from error
    except (ValueError, UnsupportedAlgorithm) as error:
        advice = "The passphrase may be wrong" if passphrase else f"Expected a private key of OpenSSH; {MADE}"
        raise ResultsError(f"The key {path} can't be read. {advice}.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ResultsError(f"{path} is a key of another kind. Expected one of Ed25519; {MADE}.")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key as SSH writes it, without a comment."""
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def sign(manifest: bytes, key: Ed25519PrivateKey) -> str:
    """Return the signature of a manifest as the text of a file."""
    signature = b64encode(key.sign(PURPOSE + manifest)).decode()
    return json.dumps({"key": public_text(key), "signature": signature}, indent=1) + "\n"


def signer(manifest: bytes, signature: bytes) -> str:
    """Return whose signature of a manifest this is: a public key as SSH writes it. Raises ValueError."""
    try:
        stated = json.loads(signature)
        key = _public_key(stated["key"])
        key.verify(b64decode(stated["signature"], validate=True), PURPOSE + manifest)
    except InvalidSignature as error:
        raise ValueError("it is not one of this manifest") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, UnsupportedAlgorithm) as error:
        raise ValueError("it cannot be read as a signature of an Ed25519 key") from error
    return " ".join(stated["key"].split()[:2])


def _public_key(text: str) -> Ed25519PublicKey:
    key = load_ssh_public_key(text.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a key of another kind")
    return key


def fingerprint(public: str) -> str:
    """Return the short name of a public key, as `ssh-keygen -l` prints it."""
    digest = ssh_key_fingerprint(_public_key(public), hashes.SHA256())
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


def expected(asked: str) -> set[str]:
    """Return the short names of the keys that a user trusts: one, or those in a file of public keys.

    Raises ResultsError.
    """
    if asked.startswith("SHA256:"):
        return {asked.rstrip("=")}
    if asked.startswith("ssh-ed25519 "):
        return {_fingerprint_of_line(asked, "--signer")}
    try:
        texts = Path(asked).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(
            f"--signer is {asked!r}. Expected SHA256:..., a public key, or a file of them."
        ) from error
    lines = [text for text in texts if not text.lstrip().startswith("#")]  # a key may be out of use
    found = [text[text.find("ssh-ed25519 ") :] for text in lines if "ssh-ed25519 " in text]
    if not found:
        raise ResultsError(f"{asked} has no key of Ed25519.")
    return {_fingerprint_of_line(text, asked) for text in found}


def _fingerprint_of_line(text: str, place: str) -> str:
    try:
        return fingerprint(" ".join(text.split()[:2]))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ResultsError(f"{place} has a key that can't be read: {text[:40]}.") from error
