"""PyTorch on the CPU. `pytorch.py VARIANT WORKLOAD THREADS SIZES`; speaks as serve.ts does."""

import json
import resource
import sys
import time

import torch
from torch import nn

variant, workload, threads, sizes = sys.argv[1:]
sizes = json.loads(sizes)
torch.set_num_threads(int(threads))
torch.manual_seed(1)


def weights(*shape):
    return nn.Parameter(torch.empty(*shape).uniform_(-0.08, 0.08))


class Lstm(nn.Module):
    """A cell of one's own, a step at a time."""

    def __init__(self, inputs: int, hidden: int):
        super().__init__()
        self.wx, self.wh = weights(inputs, 4 * hidden), weights(hidden, 4 * hidden)
        self.b = nn.Parameter(torch.zeros(4 * hidden))

    def forward(self, x, h, c):
        return gates(torch.addmm(self.b, x, self.wx).addmm(h, self.wh), c)


def gates(z, c):
    i, f, o, g = z.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


class Normed(nn.Module):
    """Layer norm on both projections and on the cell, and gates that see the cell."""

    def __init__(self, inputs: int, hidden: int):
        super().__init__()
        self.wx, self.wh = weights(inputs, 4 * hidden), weights(hidden, 4 * hidden)
        self.nx, self.nh = nn.LayerNorm(4 * hidden), nn.LayerNorm(4 * hidden)
        self.nc = nn.LayerNorm(hidden)
        self.pi, self.pf, self.po = (nn.Parameter(torch.ones(hidden)) for _ in range(3))

    def forward(self, x, h, c):
        i, f, o, g = (self.nx(x.mm(self.wx)) + self.nh(h.mm(self.wh))).chunk(4, 1)
        i, f = torch.sigmoid(i + self.pi * c), torch.sigmoid(f + self.pf * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.po * c)
        return o * torch.tanh(self.nc(c)), c


class Unrolled(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, xs, h, c):
        outputs = []
        for x in xs.unbind(0):
            h, c = self.cell(x, h, c)
            outputs.append(h)
        return torch.stack(outputs), h, c


class Hoisted(nn.Module):
    """The same cell, after its user took the product of all inputs out of the loop by hand."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, xs, h, c):
        outputs = []
        projected = torch.addmm(self.cell.b, xs.flatten(0, 1), self.cell.wx)
        for z in projected.view(xs.shape[0], xs.shape[1], -1).unbind(0):
            h, c = gates(z.addmm(h, self.cell.wh), c)
            outputs.append(h)
        return torch.stack(outputs), h, c


class BuiltIn(nn.Module):
    def __init__(self, inputs: int, hidden: int):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden)

    def forward(self, xs, h, c):
        ys, (h, c) = self.lstm(xs, (h[None], c[None]))
        return ys, h[0], c[0]


def layer(inputs, hidden, cell=Lstm):
    if variant == "built-in":
        return BuiltIn(inputs, hidden)
    if variant == "hoisted":
        return Hoisted(cell(inputs, hidden))
    unrolled = Unrolled(cell(inputs, hidden))
    return torch.jit.script(unrolled) if variant == "jit.script" else unrolled


def zero_state(batch, hidden):
    return torch.zeros(batch, hidden), torch.zeros(batch, hidden)


def char_rnn(symbols, size, length, batch):
    embed, decode = nn.Embedding(symbols, size), nn.Linear(size, symbols)
    layers = [layer(size, size) for _ in range(2)]
    parameters = [p for module in (embed, decode, *layers) for p in module.parameters()]
    optimizer = torch.optim.RMSprop(parameters, lr=2e-3, alpha=0.95, eps=1e-8)
    x, y = (torch.randint(symbols, (length, batch)) for _ in range(2))
    carry = [zero_state(batch, size) for _ in layers]

    def step():
        optimizer.zero_grad(set_to_none=True)
        xs = embed(x)
        for i, unrolled in enumerate(layers):
            xs, h, c = unrolled(xs, *carry[i])
            carry[i] = (h.detach(), c.detach())
        loss = nn.functional.cross_entropy(decode(xs).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_value_(parameters, 5)
        optimizer.step()
        return loss.item()

    return step


def sequence(cell, inputs, hidden, length, batch):
    unrolled = layer(inputs, hidden, cell)
    parameters = list(unrolled.parameters())
    xs = torch.randn(length, batch, inputs)

    def step():
        ys, _, _ = unrolled(xs, *zero_state(batch, hidden))
        loss = ys.square().mean()
        torch.autograd.grad(loss, parameters)
        return loss.item()

    return step


def product(m, k, n):
    a, b = torch.randn(m, k), torch.randn(k, n)
    return lambda: torch.mm(a, b)


def prepare():
    name = workload.split()[0]
    if name in ("W1", "W2"):
        return char_rnn(**sizes)
    if name in ("W3", "W4"):
        return sequence(Normed if name == "W3" else Lstm, **sizes)
    return product(*sizes)


def say(**message):
    print(json.dumps(message), flush=True)


step = prepare()
step()
say(readyAt=time.time() * 1000, cpu=time.process_time() * 1000, versions={"PyTorch": torch.__version__})
for line in sys.stdin:
    end = time.perf_counter() + json.loads(line)["seconds"]
    steps, wall, cpu = 0, time.perf_counter(), time.process_time()
    while True:
        step()
        steps += 1
        if time.perf_counter() >= end:
            break
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(step={"wall": 1000 * wall / steps, "cpu": 1000 * cpu / steps}, peakRssMib=peak)
