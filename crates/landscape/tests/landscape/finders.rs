//! Every finder on surfaces whose critical points are all known, and on one that has none.

use crate::support::{Claim, add_distinct, control, distance, himmelblau, three_spin};
use autodiff::{Objective, Scalar, Stream};
use landscape::theory::spin_index_fraction;
use landscape::{Certificate, Class, Criteria, Departure, Finder, ModeFollowing, certify, finders};
use std::sync::Arc;
use toml::Table;

/// (x, y, index) of Himmelblau's function, to 10 digits.
const HIMMELBLAU: [(f64, f64, usize); 9] = [
    (3.0, 2.0, 0),
    (-2.8051180870, 3.1313125183, 0),
    (-3.7793102534, -3.2831859913, 0),
    (3.5844283403, -1.8481265270, 0),
    (-3.0730257508, -0.0813530445, 1),
    (-0.1279613467, -1.9537149803, 1),
    (0.0866775046, 2.8842547020, 1),
    (3.3851541836, 0.0738518792, 1),
    (-0.2708445907, -0.9230385565, 2),
];

/// (x, y, index) of the six-hump camel; with each the opposite point.
const CAMEL: [(f64, f64, usize); 8] = [
    (0.0898420131, -0.7126564030, 0),
    (1.7036067150, -0.7960835687, 0),
    (1.6071047529, 0.5686514549, 0),
    (0.0, 0.0, 1),
    (1.1092053368, -0.7682680925, 1),
    (1.6380679842, 0.2286740690, 1),
    (1.2960702672, 0.6050843880, 1),
    (1.2302298766, 0.1623345845, 2),
];

fn six_hump_camel() -> Objective {
    Objective::formula(2, |x| {
        let (xx, yy) = (x[0].square(), x[1].square());
        (xx * (xx / 3.0 - 2.1) + 4.0) * xx + x[0] * x[1] + (yy * 4.0 - 4.0) * yy
    })
}

/// All finders with a learning rate that suits the surface.
fn all(lr: f64) -> Vec<(&'static str, Arc<dyn Finder>)> {
    let with = Table::from_iter([("lr".to_string(), lr.into())]);
    finders().iter().map(|entry| (entry.name, entry.build(&with).unwrap())).collect()
}

/// Certificates of `count` searches, with the points, whatever they say.
fn search(
    finder: &dyn Finder,
    objective: &Objective,
    zero_modes: usize,
    count: u64,
    mut start: impl FnMut() -> Vec<f64>,
) -> Vec<Claim> {
    let criteria = Criteria::default();
    let mut eval = objective.evaluator();
    let mut noise = Stream::new(7, "noise", &[]);
    let mut one = |replicate| {
        let found = finder.search(&mut eval, start(), replicate, &mut noise, &criteria);
        assert!(found.n_gradients > 0 && found.n_hessians > 0);
        let certificate = certify(&mut eval, &found.point, zero_modes, &criteria);
        (found.point.x, certificate)
    };
    (0..count).map(&mut one).collect()
}

fn certified(claims: Vec<Claim>) -> Vec<Claim> {
    claims.into_iter().filter(|(_, certificate)| certificate.class.is_critical()).collect()
}

#[test]
fn what_is_found_on_known_surfaces_is_in_the_list() {
    let camel = CAMEL.iter().flat_map(|&(x, y, k)| [(x, y, k), (-x, -y, k)]).collect::<Vec<_>>();
    let camel: Vec<_> = camel.into_iter().filter(|&(x, _, _)| x != 0.0).chain([(0.0, 0.0, 1)]).collect();
    for (objective, known, reach, lr) in
        [(himmelblau(), HIMMELBLAU.to_vec(), 5.0, 1e-3), (six_hump_camel(), camel, 2.0, 1e-2)]
    {
        for (name, finder) in all(lr) {
            let mut stream = Stream::new(7, "starts", &[name]);
            let start = || vec![stream.uniform(-reach, reach), stream.uniform(-reach, reach)];
            let claims = certified(search(&*finder, &objective, 0, 300, start));
            let mut distinct = vec![];
            for (x, certificate) in claims.iter().cloned() {
                let listed = known.iter().find(|(a, b, _)| distance(&x, &[*a, *b]) < 1e-8);
                let Some((_, _, index)) = listed else { panic!("{name}: {x:?} is not in the list: {certificate:?}") };
                assert_eq!(certificate.inertia.n_neg, *index, "{name}: {x:?}");
                add_distinct(&mut distinct, (x, certificate), 1e-6);
            }
            println!("{name}: {} of 300 certified, {} of {} points", claims.len(), distinct.len(), known.len());
            // Every finder but the baseline reaches all of them, or nearly, with 300 searches.
            let least = if name == "gradient_norm" { known.len() / 2 } else { known.len() - 2 };
            assert!(distinct.len() >= least, "{name}: {} of {} points", distinct.len(), known.len());
        }
    }
}

#[test]
fn searches_arrive_before_the_polish_begins() {
    // The polish would find something from anywhere. A search hands over when its next step is below 1e-4 max(1, |x|), |x| < 6
    // and |H| < 200 there: |g| < 0.12 at the end, from gradients of some hundred at the start.
    let objective = himmelblau();
    let criteria = Criteria::default();
    let mut eval = objective.evaluator();
    for entry in finders() {
        let name = entry.name;
        let mut plain = Table::from_iter([("descend".to_string(), toml::Value::from(vec![0]))]);
        if name == "mode_following" {
            plain.insert("index".to_string(), vec![0].into());
        }
        let finder = entry.build(&plain).unwrap();
        let (mut stream, mut noise) = (Stream::new(7, "arrive", &[]), Stream::new(7, "noise", &[]));
        let (mut near, mut lower) = (0, 0);
        for _ in 0..100 {
            let start = vec![stream.uniform(-5.0, 5.0), stream.uniform(-5.0, 5.0)];
            let mut grad = [0.0; 2];
            eval.gradient(&start, &mut grad);
            let found = finder.search(&mut eval, start, 0, &mut noise, &criteria);
            assert!(found.search_steps > 0, "{name} does not move");
            near += usize::from(found.point.grad_norm_before < 0.12);
            lower += usize::from(found.point.grad_norm_before <= grad[0].hypot(grad[1]));
        }
        assert!(near >= 95, "{name}: {near} of 100 searches end near a critical point");
        // By construction for these, whatever happens.
        if ["newton_mr", "gauss_newton", "gradient_norm"].contains(&name) {
            assert_eq!(lower, 100, "{name} raised |g|");
        }
    }
}

#[test]
fn no_finder_certifies_anything_where_nothing_is_critical() {
    let objective = control(1.0);
    for (name, finder) in all(0.01) {
        let mut stream = Stream::new(7, "control", &[name]);
        let start = || vec![stream.uniform(-3.0, 3.0), stream.uniform(-3.0, 3.0)];
        let claims = search(&*finder, &objective, 0, 200, start);
        let flat = claims.iter().filter(|(_, certificate)| certificate.class == Class::GradientFlat).count();
        for (x, certificate) in &claims {
            assert!(!certificate.class.is_critical(), "{name}: {x:?} {certificate:?}");
        }
        println!("{name}: {flat} of 200 end gradient-flat");
        // Those that lower |g| come to the flat point, but for the starts that descent has sent down the cubic.
        if ["newton_mr", "gauss_newton", "gradient_norm"].contains(&name) {
            assert!(flat > 170, "{name}: {flat}");
        }
    }
}

#[test]
fn loose_tolerances_claim_what_the_certificate_refuses() {
    // A tanh network, 3 inputs, 4 hidden units, 1 output (21 weights), half mean squared error on 30 rows of noise. Whoever
    // counts points with |g|^2 below a tolerance counts fewer the tighter it is (Frye et al. 2021); the certificate asks
    // for |g| at its rounding floor and Newton's contraction.
    let mut stream = Stream::new(7, "network", &[]);
    let rows: Vec<[f64; 4]> = (0..30).map(|_| [(); 4].map(|()| stream.normal())).collect();
    let network = Objective::formula(21, |w| {
        let error = |row: &[f64; 4]| {
            let unit =
                |u: usize| (w[4 * u] * row[0] + w[4 * u + 1] * row[1] + w[4 * u + 2] * row[2] + w[4 * u + 3]).tanh();
            (Scalar::sum((0..4).map(|u| w[16 + u] * unit(u))) + w[20] - row[3]).square()
        };
        Scalar::sum(rows.iter().map(error)) * (0.5 / 30.0)
    });
    let criteria = Criteria::default();
    let tried = ["newton", "newton_mr", "gauss_newton", "gradient_norm"];
    for entry in finders().iter().filter(|entry| tried.contains(&entry.name)) {
        let finder = entry.build(&"descend = [0]".parse().unwrap()).unwrap();
        let (mut eval, mut noise) = (network.evaluator(), Stream::new(7, "noise", &[]));
        let (mut certified, mut squares) = (0, vec![]);
        for replicate in 0..40 {
            let start = (0..21).map(|_| stream.normal()).collect();
            let found = finder.search(&mut eval, start, replicate, &mut noise, &criteria);
            let certificate = certify(&mut eval, &found.point, 0, &criteria);
            certified += usize::from(certificate.class.is_critical());
            squares.push(certificate.grad_norm.powi(2));
        }
        let claimed =
            [1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-16].map(|tol| squares.iter().filter(|&&square| square <= tol).count());
        println!("{}: claimed {claimed:?} at |g|^2 <= 1e-4 .. 1e-16, certified {certified} of 40", entry.name);
        // Newton's method goes off to where units saturate and nothing is left of any gradient; the others get slow.
        if entry.name != "newton" {
            assert!(claimed[5] < claimed[2] && claimed[2] < claimed[0], "{}: {claimed:?}", entry.name);
        }
        assert!(certified < claimed[5], "{}: {certified} {claimed:?}", entry.name);
    }
}

/// `1/2 E |A B z - z|^2` with covariance `diag(h .. 1)`: n inputs, h hidden units.
fn autoencoder(n: usize, h: usize) -> Objective {
    Objective::formula(2 * n * h, move |w| {
        let product = |i: usize, j: usize| Scalar::sum((0..h).map(|u| w[h * n + i * h + u] * w[u * n + j]));
        let cell = |i: usize, j: usize| (product(i, j) - f64::from(i == j)).square() * (0.5 * (n - j) as f64);
        Scalar::sum((0..n * n).map(|k| cell(k / n, k % n)))
    })
}

#[test]
fn linear_autoencoders_yield_only_losses_of_theory_with_their_index() {
    for (n, h, searches) in [(4, 2, 60), (5, 3, 25)] {
        let objective = autoencoder(n, h);
        // Loss, rank and the index at full rank, which is that of the whole orbit (Baldi and Hornik 1989).
        let listed: Vec<(f64, usize, usize)> = (0u32..1 << n)
            .filter(|bits| bits.count_ones() as usize <= h)
            .map(|bits| {
                let is_in = |j: usize| bits >> j & 1 == 1;
                let others = (0..n).filter(|&j| !is_in(j));
                let loss = 0.5 * others.map(|j| (n - j) as f64).sum::<f64>();
                let swaps = |i: usize| (0..i).filter(|&j| !is_in(j)).count();
                (loss, bits.count_ones() as usize, (0..n).filter(|&i| is_in(i)).map(swaps).sum())
            })
            .collect();
        for (name, finder) in all(0.05) {
            let mut stream = Stream::new(7, "autoencoder", &[name, &n.to_string()]);
            let start = || (0..2 * n * h).map(|_| 0.7 * stream.normal()).collect();
            let claims = search(&*finder, &objective, h * h, searches, start);
            let claims = certified(claims);
            let mut losses: Vec<i64> = vec![];
            for (_, certificate) in &claims {
                let near: Vec<_> = listed.iter().filter(|(loss, ..)| (certificate.f - loss).abs() < 1e-8).collect();
                assert!(!near.is_empty(), "{name}: no critical point has loss {}", certificate.f);
                let signs = certificate.inertia;
                // Different sets can have one loss; at full rank the nullity h^2 tells that the index is that of theory.
                // At lower rank the index depends on the unused units; at the largest it is that of both being zero.
                let fits = |&&(_, rank, swaps): &&(f64, usize, usize)| {
                    let most = swaps + (h - rank) * (n - rank);
                    if rank == h { signs.n_neg == swaps && signs.n_zero == h * h } else { signs.n_neg <= most }
                };
                assert!(near.iter().any(fits), "{name}: {certificate:?} {near:?}");
                losses.push((2.0 * certificate.f).round() as i64);
            }
            losses.sort_unstable();
            losses.dedup();
            println!("{name} n = {n}, h = {h}: {} of {searches} certified, {} losses", claims.len(), losses.len());
            assert!(claims.len() > searches as usize / 4, "{name}: {} of {searches} certified", claims.len());
        }
    }
}

#[test]
fn three_spin_saddles_follow_the_energy_whoever_finds_them() {
    // alpha = F_sc(u / E_inf) as N grows; at N = 20 the edge is blurred by O(1/N) and one eigenvalue is 1/19.
    const DIM: usize = 20;
    let objective = three_spin(DIM, 0);
    for (name, finder) in all(0.02) {
        let mut stream = Stream::new(7, "three spins", &[name]);
        let claims = certified(search(&*finder, &objective, 0, 60, || stream.on_sphere(DIM, (DIM as f64).sqrt())));
        let error = |certificate: &Certificate| {
            let alpha = certificate.inertia.n_neg as f64 / (DIM - 1) as f64;
            alpha - spin_index_fraction(3, certificate.f / DIM as f64)
        };
        let rms = (claims.iter().map(|(_, c)| error(c).powi(2)).sum::<f64>() / claims.len() as f64).sqrt();
        println!("{name}: {} of 60 certified, rms {rms:.3}", claims.len());
        assert!(claims.len() >= 20 && rms < 0.06, "{name}: {} of 60 certified, rms {rms}", claims.len());
    }
}

#[test]
fn mode_following_finds_the_index_it_is_asked_for() {
    let entries = finders();
    let entry = entries.iter().find(|entry| entry.name == "mode_following").unwrap();
    for (wanted, expected) in [(0, 4), (1, 4), (2, 1), (9, 1)] {
        let table = format!("index = [{wanted}]\nlr = 1e-3").parse().unwrap();
        let finder = entry.build(&table).unwrap();
        let mut stream = Stream::new(7, "wanted", &[&wanted.to_string()]);
        let start = || vec![stream.uniform(-4.0, 4.0), stream.uniform(-4.0, 4.0)];
        let mut distinct = vec![];
        let claims = certified(search(&*finder, &himmelblau(), 0, 100, start));
        let right = claims.iter().filter(|(_, c)| c.inertia.n_neg == wanted.min(2)).count();
        println!("index {wanted}: {right} of {} certified", claims.len());
        claims.into_iter().for_each(|claim| add_distinct(&mut distinct, claim, 1e-6));
        distinct.retain(|(_, c)| c.inertia.n_neg == wanted.min(2));
        assert_eq!(distinct.len(), expected, "index {wanted}");
        // From outside the square of the minima climbing leads away: f has neither saddle nor maximum there.
        assert!(right >= if wanted == 0 { 98 } else { 30 }, "index {wanted}: {right}");
    }
}

/// A Hessian for the start and for every step that is taken; a gradient for every step that is tried.
#[test]
fn mode_following_is_charged_what_it_evaluates() {
    let finder = ModeFollowing {
        departure: Departure { descend: vec![0], ..Departure::default() },
        index: vec![1],
        iterations: 50,
    };
    // So wavy that the quadratic model is off by more than it says.
    let tau = std::f64::consts::TAU;
    let objective = Objective::formula(2, |x| Scalar::sum(x.iter().map(|&x| x.square() - (x * tau).cos() * 10.0)));
    let mut eval = objective.evaluator();
    let mut stream = Stream::new(7, "charged", &[]);
    let (mut taken, mut refused) = (0, 0);
    for replicate in 0..60 {
        let start = vec![stream.uniform(-6.0, 6.0), stream.uniform(-6.0, 6.0)];
        let found = finder.search(&mut eval, start, replicate, &mut stream, &Criteria::default());
        let steps = found.search_steps as u64;
        assert_eq!(found.n_gradients - found.point.n_gradients, 1 + steps, "{replicate}");
        let hessians = found.n_hessians - found.point.n_hessians;
        assert!(hessians <= 1 + steps, "{replicate}: {hessians} in {steps} steps");
        (taken, refused) = (taken + hessians - 1, refused + 1 + steps - hessians);
    }
    assert!(taken > 100 && refused >= 3, "{taken} taken, {refused} refused");
}

#[test]
fn deflation_finds_more_points_from_one_start() {
    // Without descent and deflation all six searches from a start end at the same point.
    let entries = finders();
    let entry = entries.iter().find(|entry| entry.name == "deflation").unwrap();
    let finder = entry.build(&"descend = [0]\nrounds = [0, 1, 2, 3, 4, 5]".parse().unwrap()).unwrap();
    for (objective, reach) in [(himmelblau(), 5.0), (six_hump_camel(), 2.0)] {
        let mut stream = Stream::new(7, "deflation", &[]);
        let mut total = 0;
        for _ in 0..20 {
            let start = vec![stream.uniform(-reach, reach), stream.uniform(-reach, reach)];
            let mut distinct = vec![];
            let claims = certified(search(&*finder, &objective, 0, 6, || start.clone()));
            claims.into_iter().for_each(|claim| add_distinct(&mut distinct, claim, 1e-6));
            total += distinct.len();
        }
        println!("{total} points from 20 starts, six rounds each");
        assert!(total >= 90, "{total}");
    }
}

#[test]
fn parameters_are_documented_checked_and_named() {
    let entries = finders();
    assert_eq!(entries[0].name, "newton", "the first of the list, as it was before there were others");
    for entry in &entries {
        let mut documented: Vec<&str> = entry.params.iter().map(|(name, _)| *name).collect();
        documented.sort_unstable();
        let mut fields: Vec<&str> = entry.defaults.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(documented, fields, "{}", entry.name);
        entry.build(&Table::new()).unwrap();
        let mut bad = vec!["lr = 0.0", "descend = []", "perturb = -1.0", "iterations = 0", "unheard = 1", "lr = \"x\""];
        bad.extend(match entry.name {
            "newton_mr" => &["residual = 1.0", "residual = nan", "products = 0"][..],
            "gauss_newton" => &["damping = 0.0", "damping = inf"],
            "mode_following" => &["index = []", "index = [-1]"],
            "deflation" => &["rounds = []", "power = 0.0", "shift = -1.0"],
            _ => &[],
        });
        for line in bad {
            let message = entry.build(&line.parse().unwrap()).unwrap_err();
            let key = line.split(' ').next().unwrap();
            assert!(message.starts_with(&format!("{}: ", entry.name)), "{message}");
            assert!(message.contains(key) || line.contains('x') || line.contains("-1]"), "{line}: {message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }
}
