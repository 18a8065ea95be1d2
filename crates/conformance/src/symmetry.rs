//! Declared symmetries, against values at points and their images.

use problems::{Instance, Symmetry};

use crate::{Finding, sample, shown, within};

/// The loss is the same at the images of a point; with the sign changed at -x, where that is declared.
pub fn symmetry(instance: &Instance) -> Finding {
    const PROMISE: &str = "declared symmetries hold";
    const COUNT: usize = 5;
    if instance.symmetry == Symmetry::None && !instance.is_odd {
        return Finding::skipped(PROMISE, "none declared");
    }
    let mut eval = instance.objective.evaluator();
    let mut n_images = 0;
    for x in sample(instance, "symmetry", COUNT) {
        let f = eval.value(&x);
        let images = instance.symmetry.images(&x).into_iter().map(|image| (image, f));
        let mirrored = instance.is_odd.then(|| (x.iter().map(|x| -x).collect(), -f));
        for (image, expected) in images.chain(mirrored) {
            n_images += 1;
            let value = eval.value(&image);
            // Sums are taken in another order.
            if !within((value - expected).abs(), 1e-11 * (1.0 + f.abs())) {
                let (x, image) = (shown(&x), shown(&image));
                return Finding::of(PROMISE, Err(format!("f = {value} at {image}, the image of {x}, where f = {f}")));
            }
        }
    }
    Finding::of(PROMISE, Ok(format!("{n_images} images of {COUNT} points")))
}
