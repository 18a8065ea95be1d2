"""The workloads that numpy and scipy have the means for: W1 without automatic derivatives, and W7 (LAPACK)."""
import numpy as np
import scipy.linalg.lapack

import worker


def rastrigin(params, _):
    starts = 5.12 * worker.uniform(worker.START, 0, params["seeds"] * params["dim"]).reshape(-1, params["dim"])

    def job():
        x, slope = starts.copy(), np.empty_like(starts)
        for _ in range(params["steps"]):
            # The gradient 2 x + 20 pi sin 2 pi x, written out and in place.
            np.multiply(x, 2 * np.pi, out=slope)
            np.sin(slope, out=slope)
            slope *= 20 * np.pi * params["step_size"]
            x *= 1 - 2 * params["step_size"]
            x -= slope
        return x

    return job


def repeated(function, params):
    def job():
        for _ in range(params["repeats"]):
            result = function()
        return result

    return job


def eigenvalues(params, _):
    matrix = worker.symmetric_matrix(params["n"])
    return repeated(lambda: np.linalg.eigvalsh(matrix), params)


def index(params, _):
    matrix = worker.symmetric_matrix(params["n"])
    return repeated(lambda: np.sum(np.linalg.eigvalsh(matrix) < 0), params)


def index_by_factorisation(params, _):
    """Bunch and Kaufman's factorisation, dsytrf: a 2 x 2 block of D has one negative eigenvalue."""
    matrix = worker.symmetric_matrix(params["n"])
    work = int(scipy.linalg.lapack.dsytrf_lwork(params["n"], lower=1)[0])

    def count():
        factors, pivots, _ = scipy.linalg.lapack.dsytrf(matrix, lower=1, lwork=work)
        single = pivots > 0
        return np.sum(np.diag(factors)[single] < 0) + np.sum(~single) // 2

    return repeated(count, params)


if __name__ == "__main__":
    worker.serve(globals())
