"""The workloads in PyTorch: torch.func transforms, eager, all cores inside each operation."""
import os

import torch
from torch.func import grad, hessian, jvp, vmap

import worker

torch.set_default_dtype(torch.float64)
torch.set_num_threads(int(os.environ["THREADS"]))


def descend(loss, starts, params):
    gradient = vmap(grad(loss))
    starts = torch.from_numpy(starts)

    def job():
        x = starts.clone()
        for _ in range(params["steps"]):
            x -= params["step_size"] * gradient(x)
        return x

    return job


def rastrigin(params, _):
    starts = 5.12 * worker.uniform(worker.START, 0, params["seeds"] * params["dim"]).reshape(-1, params["dim"])
    return descend(lambda x: torch.sum(x * x - 10 * torch.cos(2 * torch.pi * x) + 10), starts, params)


def xor(params, _):
    inputs, targets = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1.0]]), torch.tensor([0, 1, 1, 0.0])

    def loss(x):
        z = torch.tanh(inputs @ x[:8].reshape(4, 2).T + x[8:12]) @ x[12:16] + x[16]
        return torch.mean(torch.nn.functional.softplus(z) - targets * z)

    return descend(loss, worker.network_starts(2, 4, 1, params["seeds"]), params)


def mean_loss(hidden):
    first = 65 * hidden

    def loss(x, images, labels):
        units = torch.tanh(images @ x[: 64 * hidden].reshape(hidden, 64).T + x[64 * hidden : first])
        z = units @ x[first : first + 10 * hidden].reshape(10, hidden).T + x[first + 10 * hidden :]
        return torch.nn.functional.cross_entropy(z, labels)

    return loss


def digits_sgd(params, order):
    hidden, seeds, epochs, batch = (params[key] for key in ("hidden", "seeds", "epochs", "batch"))
    images, labels = map(torch.from_numpy, worker.digits())
    rows = len(labels)
    used = epochs * rows // batch * batch
    gradient = vmap(grad(mean_loss(hidden)))
    starts = torch.from_numpy(worker.network_starts(64, hidden, 10, seeds))
    shared = torch.from_numpy(worker.shared_orders(seeds, epochs, rows)) if order == "shared" else None

    def job():
        orders = torch.rand(seeds, epochs, rows).argsort(-1) if shared is None else shared
        x = starts.clone()
        for chosen in orders.reshape(seeds, -1)[:, :used].split(batch, 1):
            x -= params["step_size"] * gradient(x, images[chosen], labels[chosen])
        return x

    return job


def digits_hessian(params, _):
    images, labels = map(torch.from_numpy, worker.digits())
    loss = mean_loss(params["hidden"])
    x = torch.from_numpy(worker.network_starts(64, params["hidden"], 10, 1)[0])
    return lambda: hessian(lambda x: loss(x, images, labels))(x)


def digits_hvp(params, _):
    images, labels = map(torch.from_numpy, worker.digits())
    loss = mean_loss(params["hidden"])
    xs = torch.from_numpy(worker.network_starts(64, params["hidden"], 10, params["points"]))
    directions = worker.uniform(worker.DIRECTION, 0, params["directions"] * xs.numel())
    vs = torch.from_numpy(directions.reshape(len(xs), -1, xs.shape[1]))
    gradient = grad(lambda x: loss(x, images, labels))
    products = lambda x, vs: vmap(lambda v: jvp(gradient, (x,), (v,))[1])(vs)
    return lambda: torch.stack([products(x, v) for x, v in zip(xs, vs)])


def spin_descent(params, _):
    tensor = torch.from_numpy(worker.couplings(params["dim"]))
    flat = tensor.reshape(params["dim"], -1)
    starts = torch.from_numpy(worker.sphere_starts(params["dim"], params["seeds"]))

    def energies(x):
        quadratic = (x @ flat).reshape(-1, params["dim"], params["dim"])
        return torch.einsum("si,sij,sj->s", x, quadratic, x) / 6

    def job():
        x, total = starts.clone(), torch.zeros(len(starts))
        for _ in range(params["steps"]):
            x.requires_grad_(True)
            values = energies(x)
            (gradient,) = torch.autograd.grad(values.sum(), x)
            x = x.detach()
            total += values.detach()
            radial = torch.sum(x * gradient, 1, keepdim=True) / params["dim"]
            x = x - params["step_size"] * (gradient - radial * x)
            x *= torch.sqrt(params["dim"] / torch.sum(x * x, 1, keepdim=True))
        return torch.cat([x.reshape(-1), total])

    return job


if __name__ == "__main__":
    worker.serve(globals())
