"""More layers for a model that has learnt: at first they add nothing, so it hears what it heard before."""
import math

from torch import nn

from model import EncoderLayer, Qwen3ASR


def deepen(model: Qwen3ASR, layers: int) -> None:
    """Puts new layers after the encoder's last, until it has as many."""
    encoder = model.audio_tower.layers
    while len(encoder) < layers:
        layer = EncoderLayer(model.shape)
        for name, parameter in layer.named_parameters():
            if name.endswith("bias") or name.startswith(("self_attn.out_proj", "fc2")):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                nn.init.normal_(parameter, std=1 / math.sqrt(parameter.shape[1]))
        encoder.append(layer)
    model.shape.layers = len(encoder)
