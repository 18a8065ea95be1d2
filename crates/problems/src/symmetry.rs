//! Discrete changes of a point that leave a loss surface as it is.

/// A group of such changes: where x is critical, so are its images, with the same value and index. It need not be all of the
/// surface's symmetries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Symmetry {
    /// None is declared.
    #[default]
    None,
    /// A point is a list of vectors of `size` numbers in any order; each may also change sign when `flips`. With `size` 1 the
    /// coordinates themselves; with `size` = dim and `flips`, x and -x.
    Vectors {
        /// Numbers of a vector; divides the dimension.
        size: usize,
        /// Whether each vector may change sign.
        flips: bool,
    },
    /// Hidden units of a fully connected network. Parameters lie layer by layer: weights row-major (out x in), then biases
    /// (out).
    Network {
        /// Inputs, hidden layers, outputs; at least two.
        widths: Vec<usize>,
        /// Of every hidden unit's activation.
        parity: Parity,
    },
}

/// What an activation s makes of a change of sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// `s(-z) = -s(z)`: a unit's incoming and outgoing weights may change sign together.
    Odd,
    /// `s(-z) = s(z)`: its incoming weights alone may.
    Even,
    /// Neither: units can only be exchanged.
    None,
}

impl Symmetry {
    /// `f(-x) = f(x)` in `dim` variables.
    pub fn even(dim: usize) -> Self {
        Symmetry::Vectors { size: dim, flips: true }
    }

    /// Images of `x` (dim,) under changes that generate the group: neighbours exchanged, the first one flipped.
    ///
    /// ```
    /// use problems::Symmetry;
    /// let images = Symmetry::Vectors { size: 1, flips: true }.images(&[1.0, 2.0, 3.0]);
    /// assert_eq!(images, [[2.0, 1.0, 3.0], [1.0, 3.0, 2.0], [-1.0, 2.0, 3.0]]);
    /// ```
    pub fn images(&self, x: &[f64]) -> Vec<Vec<f64>> {
        match self {
            Symmetry::None => vec![],
            &Symmetry::Vectors { size, flips } => {
                let exchanged = (size..x.len()).step_by(size).map(|start| {
                    let mut image = x.to_vec();
                    image[start - size..start + size].rotate_left(size);
                    image
                });
                let flipped = flips.then(|| {
                    let mut image = x.to_vec();
                    image[..size].iter_mut().for_each(|x| *x = -*x);
                    image
                });
                exchanged.chain(flipped).collect()
            }
            Symmetry::Network { widths, parity } => relabelled(widths, *parity, x),
        }
    }
}

/// Neighbouring units of each hidden layer exchanged, the first one flipped where the activation allows it.
fn relabelled(widths: &[usize], parity: Parity, x: &[f64]) -> Vec<Vec<f64>> {
    let mut images = Vec::new();
    // Where the weights into a layer begin, its biases, and the weights out of it.
    let mut into = 0;
    for layer in widths.windows(3) {
        let [inputs, units, outputs] = [layer[0], layer[1], layer[2]];
        let biases = into + inputs * units;
        let out = biases + units;
        for unit in 1..units {
            let mut image = x.to_vec();
            image[into + (unit - 1) * inputs..][..2 * inputs].rotate_left(inputs);
            image.swap(biases + unit - 1, biases + unit);
            (0..outputs).for_each(|row| image.swap(out + row * units + unit - 1, out + row * units + unit));
            images.push(image);
        }
        if parity != Parity::None {
            let mut image = x.to_vec();
            image[into..into + inputs].iter_mut().for_each(|w| *w = -*w);
            image[biases] = -image[biases];
            if parity == Parity::Odd {
                (0..outputs).for_each(|row| image[out + row * units] = -image[out + row * units]);
            }
            images.push(image);
        }
        into = out;
    }
    images
}
