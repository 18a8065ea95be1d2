#!/usr/bin/env python3
"""Compares value, gradient, Hessian, Hessian-vector product and spectrum of `eval` with JAX in 64 bits.

Every loss is written again here, from its formula; points and directions are random with a fixed key. Prints the
error as a share of what the project promises (value 1e-13, gradient 1e-11, second derivatives 1e-10, times 1 + the
largest entry); exit 1 when one is above 1. Needs `pip install jax numpy` and `cargo build`; run it from anywhere.
"""
import json
import pathlib
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNNER = ROOT / "target/debug/runner"
DIGITS = np.loadtxt(ROOT / "data/digits_8x8.csv", delimiter=",")
RNG = np.random.default_rng(0)
SIGMOID = jax.nn.sigmoid


def evaluate(problem, params, x, v):
    """Our answer, through the command line."""
    numbers = lambda values: ",".join(repr(float(value)) for value in values)
    command = [RUNNER, "eval", problem, f"--at={numbers(x)}", f"--hvp={numbers(v)}"]
    for param in params:
        command += ["--param", param]
    command += ["--gradient", "--hessian", "--spectrum", "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def mlp(hidden, activation, loss, pool, samples):
    """Loss of a network on the digits, and its number of parameters."""
    side = 8 // pool
    images = DIGITS[:samples, :64].reshape(-1, side, pool, side, pool).mean((2, 4)).reshape(-1, side * side) / 16
    labels = DIGITS[:samples, 64].astype(int)
    widths = [side * side] + hidden + [1 if loss == "binary" else 10]
    layers = list(zip(widths[:-1], widths[1:]))
    act = {"tanh": jnp.tanh, "logistic": SIGMOID, "softplus": jax.nn.softplus, "relu": jax.nn.relu}[activation]

    def value(theta):
        signal, at = images, 0
        for k, (n_in, n_out) in enumerate(layers):
            weights = theta[at : at + n_in * n_out].reshape(n_out, n_in)
            at += n_in * n_out
            signal = signal @ weights.T + theta[at : at + n_out]
            at += n_out
            if k < len(layers) - 1:
                signal = act(signal)
        if loss == "softmax":
            return jnp.mean(jax.nn.logsumexp(signal, 1) - signal[jnp.arange(samples), labels])
        if loss == "binary":
            return jnp.mean(jax.nn.softplus(signal[:, 0]) - (labels == 1) * signal[:, 0])
        return 0.5 / samples * jnp.sum((signal - jnp.eye(10)[labels]) ** 2)

    return value, sum((n_in + 1) * n_out for n_in, n_out in layers)


def xor(hidden, output):
    """Loss of the 2-2-1 network."""
    inputs, targets = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), jnp.array([0, 1, 1, 0.0])

    def value(theta):
        units = hidden(inputs @ theta[:4].reshape(2, 2).T + theta[4:6])
        return 0.5 * jnp.sum((output(units @ theta[6:8] + theta[8]) - targets) ** 2)

    return value


def autoencoder(theta):
    """Linear autoencoder n = 5, h = 2, with covariance eigenvalues 5, 4, 3, 2, 1."""
    change = theta[10:].reshape(5, 2) @ theta[:10].reshape(2, 5) - jnp.eye(5)
    return 0.5 * jnp.sum(change**2 * jnp.array([5, 4, 3, 2, 1.0]))


CASES = [
    ("rastrigin", ["dim=5"], lambda x: jnp.sum(x**2 - 10 * jnp.cos(2 * jnp.pi * x) + 10), 5),
    ("rosenbrock", ["dim=4"], lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), 4),
    ("styblinski_tang", ["dim=3"], lambda x: 0.5 * jnp.sum(x**4 - 16 * x**2 + 5 * x), 3),
    ("double_well", ["dim=3"], lambda x: 0.25 * jnp.sum((x**2 - 1) ** 2), 3),
    ("himmelblau", [], lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, 2),
    ("classical_saddle", ["wall=0.5"], lambda x: 5 * x[0] ** 2 - x[1] ** 2 + 0.5 * x[1] ** 4, 2),
    ("monkey_saddle", [], lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, 2),
    ("no_critical_point", [], lambda x: x[0] ** 3 / 3 + x[0] + x[1] ** 2 / 2, 2),
    ("linear_autoencoder", ["n=5", "h=2"], autoencoder, 20),
    ("xor", ['pair="logistic-logistic"'], xor(SIGMOID, SIGMOID), 9),
    ("xor", ['pair="tanh-logistic"'], xor(jnp.tanh, SIGMOID), 9),
    ("xor", ['pair="tanh-linear"'], xor(jnp.tanh, lambda z: z), 9),
    ("xor", ['pair="relu-linear"'], xor(jax.nn.relu, lambda z: z), 9),
]
for hidden, activation, loss, pool, samples in [
    ([4], "tanh", "softmax", 2, 300),
    ([3, 5], "logistic", "softmax", 4, 1797),
    ([4], "softplus", "binary", 2, 200),
    ([6], "relu", "squared", 2, 100),
    ([], "tanh", "softmax", 2, 50),
    ([8], "tanh", "softmax", 1, 1797),
]:
    params = [f"hidden={hidden}", f'activation="{activation}"', f'loss="{loss}"', f"pool={pool}", f"samples={samples}"]
    CASES.append(("mlp", params, *mlp(hidden, activation, loss, pool, samples)))


def share(ours, theirs, tolerance, scale):
    """Largest error over what is promised."""
    return float(np.abs(np.array(ours) - theirs).max() / (tolerance * (1 + np.abs(scale).max())))


worst = 0.0
print(f"{'problem':<70} {'value':>8} {'gradient':>8} {'hessian':>8} {'hvp':>8} {'spectrum':>8}")
for problem, params, f, dim in CASES:
    x, v = RNG.normal(size=dim), RNG.normal(size=dim)
    ours = evaluate(problem, params, x, v)
    value, grad, hess = float(f(x)), np.array(jax.grad(f)(x)), np.array(jax.hessian(f)(jnp.array(x)))
    shares = [
        share(ours["value"], value, 1e-13, value),
        share(ours["gradient"], grad, 1e-11, grad),
        share(ours["hessian"], hess, 1e-10, hess),
        share(ours["hvp"], hess @ v, 1e-10, hess),
        share(ours["spectrum"], np.linalg.eigvalsh(hess), 1e-10, hess),
    ]
    worst = max(worst, *shares)
    print(f"{' '.join([problem, *params])[:70]:<70} " + " ".join(f"{s:8.5f}" for s in shares))
print(f"largest share of a tolerance used: {worst:.5f}")
sys.exit(worst > 1)
