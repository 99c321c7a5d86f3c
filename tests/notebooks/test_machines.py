"""The stored outputs are what other machines print, too. (`running.run` is the second machine, this is the third.)"""

import os
import subprocess
import sys

import pytest
from running import machine
from stored import ROOT, every_run


@pytest.mark.machines
@every_run
def test_the_stored_outputs_hold_on_a_third_machine(path):
    """Two threads, torch without vector instructions, NumPy as on a processor of 2008."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", "-p", "no:cacheprovider", str(path)]
    environment = os.environ | machine("2", "default", "Nehalem")
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:]
