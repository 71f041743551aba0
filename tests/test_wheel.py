"""The built package in an environment and a folder of its own, without the source."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def command(tmp_path_factory) -> Path:
    """Build the package, install it, and return its command; other packages are those of this environment."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run(["git", "clone", "-q", str(ROOT), str(place / "source")], check=True)
    subprocess.run([*build, "-w", str(place), str(place / "source")], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(place / "env")], check=True)
    (packages,) = (place / "env").glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    python = place / "env/bin/python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", *place.glob("*.whl")], check=True
    )
    return place / "env/bin/retable"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("list", "kim2014"),
        ("show kim2014 --row CNN-rand --column TREC", "are judged by the project's records"),
        ("judge kim2014 --row CNN-rand --column TREC 90.2", "95 % prediction interval"),
        ("where", "the project's records"),
        ("run lectures --table 000", "claim: reproduced"),
        ("report starter lectures", "index.html"),
        ("new smith2026", "smith2026.py"),
        ("check smith2026 --papers .", "smith2026 fulfils the contract."),
    ],
)
def test_the_wheel_answers_in_an_empty_folder(arguments, text, command):
    home = command.parent.parent.parent / "home"
    home.mkdir(exist_ok=True)
    variables = {"HOME": str(home), "PATH": "/usr/bin:/bin", "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    done = subprocess.run([command, *arguments.split()], cwd=home, env=variables, capture_output=True, text=True)
    assert text in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
