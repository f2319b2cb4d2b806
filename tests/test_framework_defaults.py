"""The defaults of PyTorch and Flax are read from every layer class that is installed; one that cannot be read is named."""

import inspect

import numpy as np
import pytest

from evidence.engine import record
from evidence.problem import Problem

WHY = "PyTorch and Flax are in requirements-frameworks.txt"
torch = pytest.importorskip("torch", reason=WHY)
nnx = pytest.importorskip("flax.nnx", reason=WHY)
from evidence.experiments import framework_defaults  # noqa: E402  it imports both
from evidence.experiments.framework_defaults import TORCH, build_flax, build_torch, flax_layers, torch_layers  # noqa: E402


@pytest.mark.parametrize("framework, layers", [("torch", torch_layers()), ("flax", flax_layers())])
def test_every_layer_class_of_the_installed_package_is_in_the_results(framework, layers):
    recorded = {arm.split("__")[1].partition("_")[0] for arm in record.read("framework_defaults")["runs"] if arm.startswith(framework)}
    without_weights = {"InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"}  # they have none unless asked
    assert recorded - {"chain"} == layers.keys() - without_weights


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of classes that are deprecated
def test_no_class_of_torch_that_is_left_out_holds_weights():
    for name, layer in framework_defaults.subclasses(torch.nn, torch.nn.Module).items():
        arguments = inspect.signature(layer).parameters.values()
        required = [one.name for one in arguments if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD]
        takes_a_layer = {"module", "encoder_layer", "decoder_layer"} & set(required)
        if name in torch_layers() or name.startswith("Lazy") or name.endswith("Base") or takes_a_layer:
            continue
        required += [one.name for one in arguments if one.name == "output_size"]  # optional, but one of two is needed
        made = layer(**{argument: (TORCH | {"unflattened_size": (1,)}).get(argument, 1) for argument in required})
        assert not list(made.parameters()), f"torch.nn.{name} holds weights; torch_layers() must find it"


def test_a_layer_of_torch_with_an_unknown_argument_is_named(monkeypatch):
    class Wavelet(torch.nn.Module):
        def __init__(self, in_features, wavelength, dtype=None):
            super().__init__()

    monkeypatch.setattr(torch.nn, "Wavelet", Wavelet, raising=False)
    with pytest.raises(Problem, match="Wavelet holds weights and needs wavelength, which this book does not know"):
        build_torch(torch_layers()["Wavelet"], 0)


def test_a_layer_of_torch_that_fills_its_weights_unseen_is_an_error():
    class Unseen(torch.nn.Module):
        def __init__(self, in_features, dtype=None):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.rand(in_features, in_features))

    with pytest.raises(Problem, match=r"shape \(64, 64\) was filled by a function that"):
        build_torch(Unseen, 0)


def test_a_layer_of_flax_with_an_unknown_argument_is_named(monkeypatch):
    class Wavelet(nnx.Module):
        def __init__(self, in_features, wavelength, *, kernel_init=nnx.initializers.ones, rngs):
            pass

    monkeypatch.setattr(nnx, "Wavelet", Wavelet, raising=False)
    with pytest.raises(Problem, match="Wavelet holds weights and needs wavelength, which this book does not know"):
        build_flax(flax_layers()["Wavelet"], 0)


def test_a_layer_of_flax_that_scales_what_its_initializer_drew_is_an_error():
    class Scaled(nnx.Module):
        def __init__(self, in_features, *, kernel_init=nnx.initializers.lecun_normal(), rngs):
            self.kernel = nnx.Param(kernel_init(rngs.params(), (in_features, in_features)) / 2)

    with pytest.raises(Problem, match="Scaled of Flax holds numbers that none of kernel_init drew"):
        build_flax(Scaled, 0)


def test_a_layer_in_numpy_would_be_found(monkeypatch):
    class Dense:
        def __init__(self, units):
            pass

    assert framework_defaults.numpy_layers() == []
    monkeypatch.setattr(np.random, "Dense", Dense, raising=False)
    assert framework_defaults.numpy_layers() == ["Dense"]


def test_the_call_that_torch_makes_last_is_the_default():
    class Twice(torch.nn.Linear):
        def reset_parameters(self):
            super().reset_parameters()
            torch.nn.init.normal_(self.weight, std=0.02)

    _, variables = build_torch(Twice, 0)
    assert [(name, default) for name, default, *_ in variables] == [("weight", "normal_"), ("bias", "uniform_")]
