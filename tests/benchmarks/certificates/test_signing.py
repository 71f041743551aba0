"""Keys and signatures."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from benchmarks.certificates import signing
from benchmarks.certificates.checks import Outcome
from benchmarks.certificates.verifying import verify
from results.ledger import ResultsError


def write(key, path, passphrase=b""):
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, how))
    return path


def test_a_key_is_read_and_signs(tmp_path):
    key = Ed25519PrivateKey.generate()
    read = signing.read_key(write(key, tmp_path / "key"))
    signature = signing.sign(b"manifest", read).encode()
    assert signing.signer(b"manifest", signature) == signing.public_text(key)
    with pytest.raises(ValueError, match="not one of this manifest"):
        signing.signer(b"another", signature)
    with pytest.raises(ValueError, match="cannot be read as a signature"):
        signing.signer(b"manifest", b"{}")
    for text in (b'{"key": 5, "signature": ""}', b"[" * 100_000, b"[]", b"\xff"):
        with pytest.raises(ValueError, match="cannot be read as a signature"):
            signing.signer(b"manifest", text)


def test_a_key_with_a_passphrase(tmp_path):
    path = write(Ed25519PrivateKey.generate(), tmp_path / "key", b"open")
    with pytest.raises(signing.NeedsPassphrase):
        signing.read_key(path)
    assert isinstance(signing.read_key(path, "open"), Ed25519PrivateKey)
    with pytest.raises(ResultsError, match="passphrase may be wrong"):
        signing.read_key(path, "shut")


def test_keys_that_cannot_sign_are_named(tmp_path):
    with pytest.raises(ResultsError, match="No such file.*ssh-keygen -t ed25519"):
        signing.read_key(tmp_path / "none")
    (tmp_path / "text").write_text("ssh-ed25519 AAAA")
    with pytest.raises(ResultsError, match="Expected a private key of OpenSSH"):
        signing.read_key(tmp_path / "text")
    with pytest.raises(ResultsError, match="another kind. Expected one of Ed25519"):
        signing.read_key(write(generate_private_key(SECP256R1()), tmp_path / "other"))


def test_trusted_keys_are_named_in_three_ways(tmp_path):
    public = signing.public_text(Ed25519PrivateKey.generate())
    name = signing.fingerprint(public)
    (tmp_path / "known").write_text(f"# people\nsomebody {public} a@example.org\n")
    for asked in (name, f"{public} comment", str(tmp_path / "known")):
        assert signing.expected(asked) == {name}
    for asked in ("", "nobody", str(tmp_path), "ssh-ed25519 AAAA"):
        with pytest.raises(ResultsError, match="--signer|has a key"):
            signing.expected(asked)
    for text in ("", f"# {public} is out of use\n"):
        (tmp_path / "empty").write_text(text)
        with pytest.raises(ResultsError, match="has no key of Ed25519"):
            signing.expected(str(tmp_path / "empty"))


def test_a_signer_is_compared(signed, certified, key):
    name = signing.fingerprint(signing.public_text(key))

    def outcome(files, trusted):
        return next(check.outcome for check in verify(files, trusted) if check.point == "signature")

    assert outcome(signed, {name}) == Outcome.OK
    assert outcome(signed, {"SHA256:another"}) == Outcome.FAULT
    assert outcome(certified(None), ()) == Outcome.UNCHECKED
    assert outcome(certified(None), {name}) == Outcome.FAULT
