"""The workloads in JAX, each in the fastest of the forms we tried.

XLA runs most of these programs on one core; two CPU devices, each with a share of the seeds, rows or directions,
use both. Shares are never added up on the devices (an all-reduce of two devices on two cores can wait for ever):
the two partial sums come back and are added with numpy.
"""
import os

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import worker

REAL = np.float32 if os.environ.get("PRECISION") == "f32" else np.float64
DEVICES = int(os.environ["THREADS"])
jax.config.update("jax_enable_x64", REAL is np.float64)
jax.config.update("jax_num_cpu_devices", DEVICES)

MESH = Mesh(np.array(jax.devices()), ("share",))
SHARED, ALL = PartitionSpec("share"), PartitionSpec()


def put(array, spec=ALL):
    """The array on the devices, shared out along its first axis or whole on each."""
    array = np.asarray(array)
    return jax.device_put(array.astype(REAL) if array.dtype == np.float64 else array, NamedSharding(MESH, spec))


def shares(function, *specs):
    """The function on each device's share of the arguments, compiled; results are joined along the first axis."""
    return jax.jit(jax.shard_map(function, mesh=MESH, in_specs=specs, out_specs=SHARED, check_vma=False))


def padded(array):
    """With zero rows, as many as make all shares equal."""
    return np.pad(array, [(0, -len(array) % DEVICES)] + [(0, 0)] * (array.ndim - 1))


def descend(loss, starts, steps, step_size, unroll):
    """Gradient descent of all starts in lockstep."""
    gradient = jax.vmap(jax.grad(loss))

    def share(x):
        return jax.lax.scan(lambda x, _: (x - step_size * gradient(x), None), x, None, length=steps, unroll=unroll)[0]

    x, program = put(starts, SHARED), shares(share, SHARED)
    return lambda: program(x).block_until_ready()


def rastrigin(params, _):
    starts = 5.12 * worker.uniform(worker.START, 0, params["seeds"] * params["dim"]).reshape(-1, params["dim"])
    loss = lambda x: jnp.sum(x * x - 10 * jnp.cos(2 * jnp.pi * x) + 10)
    return descend(loss, starts, params["steps"], params["step_size"], unroll=8)


def xor(params, _):
    inputs, targets = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1]], REAL), jnp.array([0, 1, 1, 0], REAL)

    def loss(x):
        z = jnp.tanh(inputs @ x[:8].reshape(4, 2).T + x[8:12]) @ x[12:16] + x[16]
        return jnp.mean(jax.nn.softplus(z) - targets * z)

    return descend(loss, worker.network_starts(2, 4, 1, params["seeds"]), params["steps"], params["step_size"], 1)


def row_losses(x, images, labels, hidden):
    """Losses (rows,) of the 64-h-10 network."""
    first = 65 * hidden
    units = jnp.tanh(images @ x[: 64 * hidden].reshape(hidden, 64).T + x[64 * hidden : first])
    z = units @ x[first : first + 10 * hidden].reshape(10, hidden).T + x[first + 10 * hidden :]
    return jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, labels[:, None], 1)[:, 0]


def digits_sgd(params, order):
    hidden, seeds, epochs, batch = (params[key] for key in ("hidden", "seeds", "epochs", "batch"))
    images, labels = worker.digits()
    rows = len(labels)
    used = epochs * rows // batch * batch
    gradient = jax.grad(lambda x, images, labels: jnp.mean(row_losses(x, images, labels, hidden)))

    def train(x, batches, images, labels):
        step = lambda x, chosen: (x - params["step_size"] * gradient(x, images[chosen], labels[chosen]), None)
        return jax.lax.scan(step, x, batches)[0]

    def shuffled(key):
        orders = jax.vmap(lambda key: jax.random.permutation(key, rows))(jax.random.split(key, epochs))
        return orders.reshape(-1)[:used].reshape(-1, batch)

    def share(x, order, images, labels):
        batches = jax.vmap(shuffled)(order) if order.ndim == 1 else order
        return jax.vmap(train, (0, 0, None, None))(x, batches, images, labels)

    if order == "shared":
        orders = worker.shared_orders(seeds, epochs, rows).reshape(seeds, -1)[:, :used]
        order = put(orders.reshape(seeds, -1, batch), SHARED)
    else:
        order = jax.device_put(jax.random.split(jax.random.key(0), seeds), NamedSharding(MESH, SHARED))
    x, images, labels = put(worker.network_starts(64, hidden, 10, seeds), SHARED), put(images), put(labels)
    program = shares(share, SHARED, SHARED, ALL, ALL)
    return lambda: program(x, order, images, labels).block_until_ready()


def digits_loss(hidden):
    """Mean loss over all digits as a sum over shares: loss(x, images, labels, weights), and the shares of the rows."""
    images, labels = worker.digits()
    weights = np.full(len(labels), 1 / len(labels))
    loss = lambda x, images, labels, weights: weights @ row_losses(x, images, labels, hidden)
    return loss, [put(padded(array), SHARED) for array in (images, labels, weights)]


def over_rows(function, data, *arguments):
    """function(*arguments, *rows) summed over the shares of the rows."""
    one_more_axis = lambda *arguments: function(*arguments)[None]
    program = shares(one_more_axis, *[ALL] * len(arguments), *[SHARED] * len(data))
    arguments = [put(argument) for argument in arguments]
    return lambda: np.asarray(program(*arguments, *data)).sum(0)


def digits_hessian(params, _):
    loss, data = digits_loss(params["hidden"])
    return over_rows(jax.hessian(loss), data, worker.network_starts(64, params["hidden"], 10, 1)[0])


def product(loss, *data):
    """Hessian of `loss` at x times v, forward over reverse."""
    return lambda x, v: jax.jvp(lambda x: jax.grad(loss)(x, *data), (x,), (v,))[1]


def digits_hessian_by_products(params, _):
    images, labels = worker.digits()
    loss = lambda x, images, labels: jnp.mean(row_losses(x, images, labels, params["hidden"]))
    x = worker.network_starts(64, params["hidden"], 10, 1)[0]

    def share(x, directions, *data):
        # Batches of 4 were fastest of 4, 8, 16, 32 and 64.
        return jax.lax.map(lambda v: product(loss, *data)(x, v), directions, batch_size=4)

    program = shares(share, ALL, SHARED, ALL, ALL)
    arguments = put(x), put(padded(np.eye(len(x))), SHARED), put(images), put(labels)
    return lambda: program(*arguments).block_until_ready()[: len(x)]


def digits_hvp(params, _):
    loss, data = digits_loss(params["hidden"])
    xs = worker.network_starts(64, params["hidden"], 10, params["points"])
    vs = worker.uniform(worker.DIRECTION, 0, params["directions"] * xs.size).reshape(len(xs), -1, xs.shape[1])

    def products(xs, vs, *data):
        def at_one_point(point):
            x, vs = point
            if len(vs) == 1:
                return product(loss, *data)(x, vs[0])[None]
            return jax.vmap(jax.linearize(lambda x: jax.grad(loss)(x, *data), x)[1])(vs)

        return jax.lax.map(at_one_point, (xs, vs))

    return over_rows(products, data, xs, vs)


def on_sphere(x):
    return x * jnp.sqrt(x.shape[-1] / jnp.sum(x * x, -1, keepdims=True))


def spin_steps(value_and_gradient, params, *constants):
    """Gradient steps on the sphere, all seeds in lockstep; end points, then sums of the energies."""

    def share(x, *constants):
        def step(state, _):
            x, total = state
            value, gradient = value_and_gradient(x, *constants)
            radial = jnp.sum(x * gradient, -1, keepdims=True) / x.shape[1]
            return (on_sphere(x - params["step_size"] * (gradient - radial * x)), total + value), None

        end, total = jax.lax.scan(step, (x, jnp.zeros(len(x), REAL)), None, length=params["steps"])[0]
        return jnp.column_stack([end, total])

    x = put(worker.sphere_starts(params["dim"], params["seeds"]), SHARED)
    program = shares(share, SHARED, *[ALL] * len(constants))
    constants = [put(constant) for constant in constants]

    def job():
        table = np.asarray(program(x, *constants))
        return np.concatenate([table[:, :-1].ravel(), table[:, -1]])

    return job


def energy(x, tensor):
    """1/6 sum T_ijk x_i x_j x_k."""
    return jnp.einsum("ijk,i,j,k->", tensor, x, x, x) / 6


def spin_descent(params, _):
    program = jax.vmap(jax.value_and_grad(energy), (0, None))
    return spin_steps(program, params, worker.couplings(params["dim"]))


def spin_descent_by_hand(params, _):
    """Gradient written out: the pairs i <= j of a point times the couplings, one matrix product."""
    dim = params["dim"]
    i, j = np.triu_indices(dim)
    packed = (worker.couplings(dim)[:, i, j] * np.where(i == j, 0.5, 1.0)).T

    def value_and_gradient(x, packed):
        gradient = (x[:, i] * x[:, j]) @ packed
        return jnp.sum(gradient * x, 1) / 3, gradient

    return spin_steps(value_and_gradient, params, packed)


def newton(derivatives, params, *constants):
    """Newton's iteration on the sphere by the bordered system. On one device: two of them, in one program or each in
    its own, stop for ever in the solver."""
    dim = params["dim"]

    def iterate(x, *constants):
        gradient, hessian = derivatives(x, *constants)
        multiplier = x @ gradient / dim
        bordered = jnp.block([[hessian - multiplier * jnp.eye(dim), x[:, None]], [x[None], jnp.zeros((1, 1))]])
        step = jnp.linalg.solve(bordered, jnp.append(multiplier * x - gradient, 0.0))[:dim]
        return on_sphere(x + step)

    @jax.jit
    def program(x, *constants):
        all_seeds = jax.vmap(iterate, (0,) + (None,) * len(constants))
        return jax.lax.fori_loop(0, params["iterations"], lambda _, x: all_seeds(x, *constants), x)

    x, *constants = map(jnp.asarray, (worker.sphere_starts(dim, params["seeds"]), *constants))
    return lambda: program(x, *constants).block_until_ready()


def spin_newton(params, _):
    derivatives = lambda x, tensor: (jax.grad(energy)(x, tensor), jax.hessian(energy)(x, tensor))
    return newton(derivatives, params, worker.couplings(params["dim"]))


def spin_newton_by_hand(params, _):
    """The Hessian of a cubic form is one product of the couplings with x, the gradient half of another."""
    dim = params["dim"]

    def derivatives(x, flat):
        hessian = (x @ flat).reshape(dim, dim)
        return hessian @ x / 2, hessian

    return newton(derivatives, params, worker.couplings(dim).reshape(dim, dim * dim))


if __name__ == "__main__":
    worker.serve(globals())
