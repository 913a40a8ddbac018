"""Writes pytorch.json: what PyTorch's optimisers and schedulers do on Rosenbrock's function, in f64.

    pip install torch==2.13.0 && python packages/optim/test/pytorch.py
"""

import inspect
import json
import pathlib

import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
STEPS = [1, 2, 3, 5, 10, 20, 50, 100]

OPTIMISERS = {
    "sgd": (torch.optim.SGD, dict(lr=1e-3)),
    "sgd momentum": (torch.optim.SGD, dict(lr=1e-4, momentum=0.9)),
    "sgd dampening": (torch.optim.SGD, dict(lr=1e-3, momentum=0.9, dampening=0.5)),
    "sgd nesterov": (torch.optim.SGD, dict(lr=1e-4, momentum=0.9, nesterov=True)),
    "sgd L2": (torch.optim.SGD, dict(lr=1e-3, weight_decay=0.1)),
    "asgd": (torch.optim.ASGD, dict(lr=1e-3, lambd=0.1)),
    "adagrad": (torch.optim.Adagrad, dict(lr=0.1)),
    "adagrad start": (torch.optim.Adagrad, dict(lr=0.1, initial_accumulator_value=0.5)),
    "adadelta": (torch.optim.Adadelta, dict()),
    "adam": (torch.optim.Adam, dict(lr=0.01)),
    "adam amsgrad": (torch.optim.Adam, dict(lr=0.1, betas=(0.5, 0.6), amsgrad=True)),
    "adam L2": (torch.optim.Adam, dict(lr=0.01, weight_decay=0.1)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01)),
    "adamax": (torch.optim.Adamax, dict(lr=0.01)),
    "nadam": (torch.optim.NAdam, dict(lr=0.01)),
    "radam": (torch.optim.RAdam, dict(lr=1e-3)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=1e-3)),
    "rmsprop centred": (torch.optim.RMSprop, dict(lr=1e-3, centered=True)),
    "rmsprop momentum": (torch.optim.RMSprop, dict(lr=1e-4, momentum=0.9)),
    "rprop": (torch.optim.Rprop, dict()),
    "adafactor": (torch.optim.Adafactor, dict(eps=(1e-30, 1e-3))),
}


def path(make, options):
    x = torch.tensor([-1.2, 1.0], requires_grad=True)
    optimiser = make([x], **options)
    found = []
    for step in range(1, STEPS[-1] + 1):
        optimiser.zero_grad()
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        optimiser.step()
        if step in STEPS:
            found.append(x.tolist())
    return found


SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, 7, gamma=0.5),
    "multi-step": lambda o: lr_scheduler.MultiStepLR(o, [5, 11, 30], gamma=0.5),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, 20, power=2),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, 60, eta_min=0.1),
    "restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.1),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=40),
}


def rates(make):
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimiser)
    found = []
    for _ in range(40):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if len(found) < 40:
            scheduler.step()
    return found


def plateau():
    metrics = [round(5 / (1 + n // 3) + (n * 7 % 5) / 10, 6) for n in range(40)]
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=2, cooldown=2, min_lr=0.01)
    found = []
    for metric in metrics:
        scheduler.step(metric)
        found.append(optimiser.param_groups[0]["lr"])
    return {"metrics": metrics, "rates": found}


def defaults(make):
    found = {}
    for name, parameter in inspect.signature(make.__init__).parameters.items():
        value = parameter.default
        if isinstance(value, torch.Tensor):
            value = value.item()
        if isinstance(value, (int, float, tuple)) and not isinstance(value, bool):
            found[name] = value
    return found


written = {
    "defaults": {make.__name__: defaults(make) for make, _ in OPTIMISERS.values()},
    "version": torch.__version__,
    "steps": STEPS,
    "paths": {name: path(*each) for name, each in OPTIMISERS.items()},
    "rates": {name: rates(make) for name, make in SCHEDULES.items()},
    "plateau": plateau(),
}
target = pathlib.Path(__file__).with_name("pytorch.json")
target.write_text(json.dumps(written) + "\n")
