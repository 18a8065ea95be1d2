#!/usr/bin/env python3
"""Compares the first 20 iterates of `trace` with torch.optim and optax in 64 bits, for every rule and schedule they share.

Every loss is written again here, from its formula. The tolerance is 1e-12 of the largest coordinate, times how much the
peer's own iterates move apart, at most, when its start is moved by 1e-8 of its size (at least 1). Prints the worst
difference and its share of the tolerance; exit 1 when one is above 1. L-BFGS takes other trial points everywhere, so only
its end point is compared. Needs `pip install torch optax jax numpy` and `cargo build`; run it from anywhere.
"""
import functools
import json
import pathlib
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNNER = ROOT / "target/debug/runner"
DIGITS = np.loadtxt(ROOT / "data/digits_8x8.csv", delimiter=",")
RNG = np.random.default_rng(0)
STEPS = 20
TOLERANCE = 1e-12
MOVE = 1e-8


def ours(problem, start, optimizer, schedule=(), steps=STEPS, more=()):
    """Our iterates, through the command line."""
    name, options = problem
    command = [RUNNER, "trace", name, optimizer[0], "--json", f"--steps={steps}", *more]
    command += ["--start=" + ",".join(repr(float(x)) for x in start)]
    for flag, pairs in [("--problem-param", options), ("--param", optimizer[1:]), ("--schedule", schedule)]:
        for pair in pairs:
            command += [flag, pair]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return np.array(answer["iterates"])


# Losses, once for both libraries: `lib` has tanh, logsumexp over the last axis, and an array of constants.
class Torch:
    array = staticmethod(torch.tensor)
    tanh = staticmethod(torch.tanh)
    logsumexp = staticmethod(lambda z: torch.logsumexp(z, -1))


class Jax:
    array = staticmethod(jnp.array)
    tanh = staticmethod(jnp.tanh)
    logsumexp = staticmethod(lambda z: jax.nn.logsumexp(z, axis=-1))


def rosenbrock(lib, x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def himmelblau(lib, x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


HIDDEN, SAMPLES = 3, 60
IMAGES = DIGITS[:SAMPLES, :64].reshape(-1, 2, 4, 2, 4).mean((2, 4)).reshape(-1, 4) / 16
LABELS = DIGITS[:SAMPLES, 64].astype(int)
MLP_DIM = 5 * HIDDEN + (HIDDEN + 1) * 10


def mlp(lib, theta):
    """4-3-10 tanh network on pooled digits, mean softmax loss; weights row by row (out x in), then biases, per layer."""
    first, second = 4 * HIDDEN, 5 * HIDDEN + 10 * HIDDEN
    signal = lib.array(IMAGES) @ theta[:first].reshape(HIDDEN, 4).T + theta[first : 5 * HIDDEN]
    logits = lib.tanh(signal) @ theta[5 * HIDDEN : second].reshape(10, HIDDEN).T + theta[second:]
    return (lib.logsumexp(logits) - logits[np.arange(SAMPLES), LABELS]).mean()


# (name for the table, our problem and parameters, loss, start, lr of plain rules, lr of rules that scale each coordinate)
PROBLEMS = [
    ("rosenbrock", ("rosenbrock", ["dim=2"]), rosenbrock, [-1.2, 1.0], 2e-4, 0.05),
    ("himmelblau 0,0", ("himmelblau", []), himmelblau, [0.0, 0.0], 2e-3, 0.05),
    ("himmelblau -2,4", ("himmelblau", []), himmelblau, [-2.0, 4.0], 2e-3, 0.05),
    (
        "mlp 4-3-10",
        ("mlp", ["pool=4", f"hidden=[{HIDDEN}]", f"samples={SAMPLES}", "activation=tanh", "loss=softmax"]),
        mlp,
        RNG.normal(size=MLP_DIM) * 0.7,
        0.5,
        0.05,
    ),
]


def of_torch(loss, start, make):
    """Iterates of a torch optimizer; `make` gives it and its scheduler, if it has one."""
    x = torch.tensor(np.array(start), requires_grad=True)
    optimizer, scheduler = make([x])
    iterates = [x.detach().numpy().copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(Torch, x).backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        iterates.append(x.detach().numpy().copy())
    return np.array(iterates)


@functools.cache
def gradient(loss):
    return jax.jit(jax.grad(functools.partial(loss, Jax)))


def of_optax(loss, start, transform):
    """Iterates of an optax gradient transformation."""
    x = jnp.array(start)
    state = transform.init(x)
    update = jax.jit(transform.update)
    iterates = [np.array(x)]
    for _ in range(STEPS):
        change, state = update(gradient(loss)(x), state, x)
        x = optax.apply_updates(x, change)
        iterates.append(np.array(x))
    return np.array(iterates)


T, S = torch.optim, torch.optim.lr_scheduler
# Parameters far from the defaults tell forms apart: with eps = 1e-8 its place would not show.
B1, B2, EPS, DECAY = 0.8, 0.95, 1e-3, 0.1
ADAM = [f"beta1={B1}", f"beta2={B2}", f"eps={EPS}"]
plain = lambda optimizer: lambda params: (optimizer(params), None)

# (library, label, ours, whether it scales each coordinate, theirs by learning rate)
RULES = [
    ("torch", "SGD", ["gradient_descent"], False, lambda lr: plain(lambda p: T.SGD(p, lr=lr))),
    ("torch", "SGD", ["sgd", "batch=0"], False, lambda lr: plain(lambda p: T.SGD(p, lr=lr))),
    ("torch", "SGD momentum", ["momentum", "beta=0.9"], False, lambda lr: plain(lambda p: T.SGD(p, lr=lr, momentum=0.9))),
    (
        "torch",
        "SGD dampening",
        ["momentum", "beta=0.9", "dampening=0.3"],
        False,
        lambda lr: plain(lambda p: T.SGD(p, lr=lr, momentum=0.9, dampening=0.3)),
    ),
    (
        "torch",
        "SGD nesterov",
        ["nesterov", "beta=0.9"],
        False,
        lambda lr: plain(lambda p: T.SGD(p, lr=lr, momentum=0.9, nesterov=True)),
    ),
    ("torch", "Adagrad default", ["adagrad"], True, lambda lr: plain(lambda p: T.Adagrad(p, lr=lr))),
    (
        "torch",
        "Adagrad",
        ["adagrad", f"eps={EPS}", "initial=0.2"],
        True,
        lambda lr: plain(lambda p: T.Adagrad(p, lr=lr, eps=EPS, initial_accumulator_value=0.2)),
    ),
    ("torch", "RMSprop default", ["rmsprop"], True, lambda lr: plain(lambda p: T.RMSprop(p, lr=lr))),
    (
        "torch",
        "RMSprop",
        ["rmsprop", "beta=0.9", f"eps={EPS}"],
        True,
        lambda lr: plain(lambda p: T.RMSprop(p, lr=lr, alpha=0.9, eps=EPS)),
    ),
    (
        "torch",
        "RMSprop centered",
        ["rmsprop", "beta=0.9", f"eps={EPS}", "centered=true"],
        True,
        lambda lr: plain(lambda p: T.RMSprop(p, lr=lr, alpha=0.9, eps=EPS, centered=True)),
    ),
    (
        "torch",
        "RMSprop momentum",
        ["rmsprop", "beta=0.9", f"eps={EPS}", "momentum=0.7"],
        True,
        lambda lr: plain(lambda p: T.RMSprop(p, lr=lr, alpha=0.9, eps=EPS, momentum=0.7)),
    ),
    (
        "torch",
        "RMSprop both",
        ["rmsprop", "beta=0.9", f"eps={EPS}", "centered=true", "momentum=0.7"],
        True,
        lambda lr: plain(lambda p: T.RMSprop(p, lr=lr, alpha=0.9, eps=EPS, centered=True, momentum=0.7)),
    ),
    ("torch", "Adam default", ["adam"], True, lambda lr: plain(lambda p: T.Adam(p, lr=lr))),
    ("torch", "Adam", ["adam", *ADAM], True, lambda lr: plain(lambda p: T.Adam(p, lr=lr, betas=(B1, B2), eps=EPS))),
    ("torch", "AdamW default", ["adamw"], True, lambda lr: plain(lambda p: T.AdamW(p, lr=lr))),
    (
        "torch",
        "AdamW",
        ["adamw", *ADAM, f"weight_decay={DECAY}"],
        True,
        lambda lr: plain(lambda p: T.AdamW(p, lr=lr, betas=(B1, B2), eps=EPS, weight_decay=DECAY)),
    ),
    ("optax", "sgd", ["gradient_descent"], False, lambda lr: optax.sgd(lr)),
    ("optax", "sgd momentum", ["momentum", "beta=0.9"], False, lambda lr: optax.sgd(lr, momentum=0.9)),
    ("optax", "sgd nesterov", ["nesterov", "beta=0.9"], False, lambda lr: optax.sgd(lr, momentum=0.9, nesterov=True)),
    ("optax", "adagrad default", ["adagrad", "form=optax", "eps=1e-7", "initial=0.1"], True, lambda lr: optax.adagrad(lr)),
    (
        "optax",
        "adagrad",
        ["adagrad", "form=optax", f"eps={EPS}", "initial=0.3"],
        True,
        lambda lr: optax.adagrad(lr, initial_accumulator_value=0.3, eps=EPS),
    ),
    ("optax", "rmsprop default", ["rmsprop", "form=optax", "beta=0.9"], True, lambda lr: optax.rmsprop(lr)),
    (
        "optax",
        "rmsprop",
        ["rmsprop", "form=optax", "beta=0.95", f"eps={EPS}", "initial=0.5"],
        True,
        lambda lr: optax.rmsprop(lr, decay=0.95, eps=EPS, initial_scale=0.5),
    ),
    (
        "optax",
        "rmsprop eps outside",
        ["rmsprop", "form=torch", "beta=0.95", f"eps={EPS}", "initial=0.5"],
        True,
        lambda lr: optax.rmsprop(lr, decay=0.95, eps=EPS, initial_scale=0.5, eps_in_sqrt=False),
    ),
    (
        "optax",
        "rmsprop both",
        ["rmsprop", "form=optax", "beta=0.9", f"eps={EPS}", "initial=0.5", "centered=true", "momentum=0.7"],
        True,
        lambda lr: optax.rmsprop(lr, decay=0.9, eps=EPS, initial_scale=0.5, centered=True, momentum=0.7),
    ),
    ("optax", "adam default", ["adam"], True, lambda lr: optax.adam(lr)),
    ("optax", "adam", ["adam", *ADAM], True, lambda lr: optax.adam(lr, b1=B1, b2=B2, eps=EPS)),
    ("optax", "adamw default", ["adamw", "weight_decay=1e-4"], True, lambda lr: optax.adamw(lr)),
    (
        "optax",
        "adamw",
        ["adamw", *ADAM, f"weight_decay={DECAY}"],
        True,
        lambda lr: optax.adamw(lr, b1=B1, b2=B2, eps=EPS, weight_decay=DECAY),
    ),
    # The paper's decay, by the factor of a schedule alone; without a schedule it is lr * weight_decay = DECAY.
    (
        "optax",
        "adam, decay apart",
        ["adamw", *ADAM, f"weight_decay={DECAY}", "decay=schedule"],
        True,
        lambda lr: optax.adamw(lr, b1=B1, b2=B2, eps=EPS, weight_decay=DECAY / lr),
    ),
    ("optax", "sign_sgd", ["sign_sgd"], True, lambda lr: optax.sign_sgd(lr)),
]

LAST, GAMMA, EVERY, RATE, WARM = 0.1, 0.3, 6, 0.2, 5


def warm_cosine(optimizer):
    warm = S.LinearLR(optimizer, start_factor=1 / WARM, total_iters=WARM - 1)
    cosine = S.CosineAnnealingLR(optimizer, T_max=STEPS - WARM)
    return S.SequentialLR(optimizer, [warm, cosine], milestones=[WARM])


def double(schedule):
    """The schedule in 64 bits: optax computes one from a 32-bit count in 32 bits, also with jax_enable_x64."""
    return lambda count: schedule(jnp.asarray(count, jnp.float64))


def warm_cosine_optax(lr):
    warm = optax.linear_schedule(lr / WARM, lr, WARM - 1)
    return optax.join_schedules([warm, optax.cosine_decay_schedule(lr, STEPS - WARM)], [WARM])


# (library, label, ours, theirs)
SCHEDULES = [
    ("torch", "CosineAnnealingLR", ["name=cosine"], lambda o: S.CosineAnnealingLR(o, T_max=STEPS)),
    ("torch", "ExponentialLR", ["name=exponential", f"last={LAST}"], lambda o: S.ExponentialLR(o, LAST ** (1 / STEPS))),
    ("torch", "StepLR", ["name=step", f"gamma={GAMMA}", f"every={EVERY / STEPS}"], lambda o: S.StepLR(o, EVERY, GAMMA)),
    (
        "torch",
        "LambdaLR 1/(1+rt)",
        ["name=inverse_time", f"rate={RATE}"],
        lambda o: S.LambdaLR(o, lambda t: 1 / (1 + RATE * t)),
    ),
    ("torch", "LinearLR + cosine", ["name=cosine", f"warmup={WARM / STEPS}"], warm_cosine),
    (
        "torch",
        "LinearLR",
        ["name=constant", f"warmup={WARM / STEPS}"],
        lambda o: S.LinearLR(o, start_factor=1 / WARM, total_iters=WARM - 1),
    ),
    ("optax", "cosine_decay", ["name=cosine", f"last={LAST}"], lambda lr: optax.cosine_decay_schedule(lr, STEPS, LAST)),
    ("optax", "exponential", ["name=exponential", f"last={LAST}"], lambda lr: optax.exponential_decay(lr, STEPS, LAST)),
    (
        "optax",
        "staircase",
        ["name=step", f"gamma={GAMMA}", f"every={EVERY / STEPS}"],
        lambda lr: optax.exponential_decay(lr, EVERY, GAMMA, staircase=True),
    ),
    ("optax", "warm-up + cosine", ["name=cosine", f"warmup={WARM / STEPS}"], warm_cosine_optax),
]


def cases():
    """(library, label, ours, our schedule, whether it scales, iterates of the peer by loss, start and lr)."""
    for library, label, rule, scales, make in RULES:
        peer = of_torch if library == "torch" else of_optax
        yield library, label, rule, [], scales, lambda f, x, lr, peer=peer, make=make: peer(f, x, make(lr))
    for library, label, schedule, make in SCHEDULES:
        for name, rule, base in [("momentum", ["momentum", "beta=0.9"], None), ("adamw", ["adamw", "weight_decay=0.1"], None)]:
            is_adam = name == "adamw"

            def peer(f, x, lr, library=library, make=make, is_adam=is_adam):
                if library == "optax":
                    by = double(make(lr))
                    return of_optax(f, x, optax.adamw(by, weight_decay=0.1) if is_adam else optax.sgd(by, momentum=0.9))

                def with_schedule(params):
                    optimizer = T.AdamW(params, lr, weight_decay=0.1) if is_adam else T.SGD(params, lr, momentum=0.9)
                    return optimizer, make(optimizer)

                return of_torch(f, x, with_schedule)

            yield library, f"{name}, {label}", rule, schedule, is_adam, peer


def compare(label, library, name, difference, tolerance):
    """One line of the table; the share of the tolerance."""
    share = difference / tolerance
    print(f"{label:<28} {library:<6} {name:<16} {difference:10.1e} {share:10.5f}")
    return share


worst = 0.0
print(f"{'optimizer':<28} {'peer':<6} {'problem':<16} {'difference':>10} {'share':>10}")
for library, label, rule, schedule, scales, peer in cases():
    for name, problem, loss, start, lr_plain, lr_scaled in PROBLEMS:
        start = np.array(start)
        lr = lr_scaled if scales else lr_plain
        move = MOVE * np.abs(start).max() if np.any(start) else MOVE
        direction = RNG.normal(size=start.size)
        direction *= move / np.abs(direction).max()
        theirs, moved = peer(loss, start, lr), peer(loss, start + direction, lr)
        growth = max(1.0, np.abs(moved - theirs).max() / move)
        mine = ours(problem, start, [*rule, f"lr={lr}"], schedule)
        if mine.shape != theirs.shape:
            sys.exit(f"{label} on {name}: {len(mine) - 1} steps of {STEPS}")
        difference = np.abs(mine - theirs).max() / np.abs(theirs).max()
        worst = max(worst, compare(label, library, name, difference, TOLERANCE * growth))

# L-BFGS: both end within grad_tol / (least curvature of the minimum, 0.3994 by hand) of Rosenbrock's one minimum.
if "\n  lbfgs " in subprocess.run([RUNNER, "list"], capture_output=True, text=True, check=True).stdout:
    GRAD_TOL = 1e-9
    mine = ours(PROBLEMS[0][1], [-1.2, 1.0], ["lbfgs"], steps=200, more=[f"--grad-tol={GRAD_TOL}"])[-1]
    x = torch.tensor([-1.2, 1.0], requires_grad=True)
    lbfgs = T.LBFGS([x], max_iter=200, tolerance_grad=GRAD_TOL, tolerance_change=0.0, line_search_fn="strong_wolfe")

    def closure():
        lbfgs.zero_grad()
        value = rosenbrock(Torch, x)
        value.backward()
        return value

    lbfgs.step(closure)
    difference = np.abs(mine - x.detach().numpy()).max()
    worst = max(worst, compare("LBFGS, end point", "torch", "rosenbrock", difference, 2 * GRAD_TOL / 0.39))

print(f"largest share of a tolerance used: {worst:.5f}")
sys.exit(int(worst > 1))
