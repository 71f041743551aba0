"""The code of a process is one checkout: all of its packages lie in one folder."""

import os
import subprocess
import sys

from benchmarks import provenance


def test_a_package_of_another_folder_is_a_difference(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/__init__.py").touch()
    ask = "from benchmarks import provenance; print(provenance.commit(), provenance.difference(), sep='|')"
    path = os.pathsep.join([str(tmp_path), str(provenance.ROOT)])
    command, environment = [sys.executable, "-c", ask], os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    commit, difference = done.stdout.strip().split("|")
    assert commit.endswith("+")
    assert difference == f"models is imported from {tmp_path.resolve() / 'models'}"
