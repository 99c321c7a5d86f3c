"""What the notebooks' kernels need to give the same output on every machine. The kernels inherit this environment."""

import os
import time
from queue import Empty

# Set before anything imports NumPy or torch. With two threads on a busy two-core machine the threads wait for one
# another, and an epoch of 0.1 s was seen to take 6–12 s.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the debugger may warn on stderr


def _execute_cell_input(self, cell_input, allow_stdin=None):
    """As nbval does it, but with history: without, a `;` at the end of a line does not silence its output."""
    return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


def _await_reply(self, msg_id, timeout=None):
    """As nbval does it, but a dead kernel is noticed within a second and not at the end of the cell's time-out."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        try:
            message = self.get_message(stream="shell", timeout=1)
        except Empty:
            if not self.is_alive():
                raise RuntimeError("The kernel died while it ran this cell (out of memory, or a crash).") from None
            if deadline is not None and time.monotonic() > deadline:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("The kernel did not run this cell.")
            return


def pytest_configure(config):
    if config.option.nbval:
        from nbval.kernel import RunningKernel

        RunningKernel.execute_cell_input = _execute_cell_input
        RunningKernel.await_reply = _await_reply
