"""Exports a two-layer PyTorch network to the .npz that Thalweg reads.

In a script that has the trained model, nn.Sequential(Linear, ReLU, Linear):

    from export_torch import export
    export(model.state_dict(), "model.npz")

From a file that torch.save(model.state_dict(), "model.pt") wrote:

    import torch
    export(torch.load("model.pt", map_location="cpu", weights_only=True), "model.npz")

The names stay PyTorch's (0.weight, 0.bias, 2.weight, 2.bias) and the numbers stay exact: every floating-point type that
PyTorch has fits into a double. A model that is built otherwise is exported by giving its tensors these names.
"""
import numpy


def export(state, path):
    """Writes the tensors of a state dict (name -> tensor) to the .npz file `path`."""
    arrays = {name: tensor.detach().cpu().double().numpy() for name, tensor in state.items()}
    numpy.savez(path, **arrays)
