"""Count what torch's distributed stack sends."""

from collections import Counter

from torch.distributed.tensor import DTensor
from torch.utils._python_dispatch import TorchDispatchMode


class Wire(TorchDispatchMode):
    """Within it every collective is counted: how often each, and the bytes of what a process has in hand after it."""

    def __init__(self):
        super().__init__()
        self.calls, self.bytes = Counter(), 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if any(issubclass(one, DTensor) for one in types):
            return NotImplemented  # a DTensor calls again with what it really does
        result = function(*args, **(kwargs or {}))
        name = function.__name__.split(".")[0]
        if function.namespace == "_c10d_functional" and name.startswith(("all_", "reduce_", "broadcast")):
            self.calls[name] += 1
            self.bytes += result.nbytes
        return result
