//! What is the same for every run of a block, prepared once.

use crate::ledger::{Book, Prices};
use crate::lookout::Bounds;
use crate::method::Method;
use crate::noise::{Noise, On};
use crate::schedule::Schedule;
use crate::settings::{Settings, Stall};
use crate::strategy::Strategy;
use crate::trace::Show;
use autodiff::{Geometry, Objective};

pub(crate) struct Terms<'a> {
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) strategy: &'a dyn Strategy,
    /// The strategy's own rule for lack of progress.
    pub(crate) stall: Option<Stall>,
    /// Whether every run is to be looked at in every round: somebody watches, the next step depends on its number, or a rule for
    /// lack of progress asks for every value.
    pub(crate) is_eventful: bool,
    /// What else is an event in a round.
    pub(crate) bounds: Bounds,
    /// `None` when it changes nothing.
    pub(crate) schedule: Option<&'a dyn Schedule>,
    pub(crate) geometry: &'a Geometry,
    pub(crate) book: Book,
    /// Units of one step; of a solver, those that must be left for another start: one gradient.
    pub(crate) step_units: u64,
    /// Who sees the iterates, and how many steps of an attempt.
    pub(crate) show: Show<'a>,
    /// Steps between two measurements of the whole objective: 1, or an epoch of a minibatch method.
    pub(crate) measure_every: u64,
    /// Noise on starts.
    pub(crate) start_sigmas: Vec<f64>,
    /// Noise on the gradients, and on the weights, of steps.
    pub(crate) gradient_noise: Vec<Noise>,
    pub(crate) weight_noise: Vec<Noise>,
}

impl<'a> Terms<'a> {
    pub(crate) fn new(
        objective: &'a Objective,
        method: &'a Method,
        settings: &'a Settings<'a>,
        show: Show<'a>,
    ) -> Self {
        let (row_count, dim) = (objective.row_count() as u64, objective.dim() as u64);
        let batch = if method.batch() == 0 { row_count } else { method.batch() as u64 };
        let strategy = method.strategy.object();
        let noise: Vec<Noise> =
            strategy.noise().into_iter().chain(method.noise.iter().map(|part| part.object().clone())).collect();
        let of = |on: On| noise.iter().filter(|noise| noise.on == on && noise.eta > 0.0).cloned().collect::<Vec<_>>();
        let schedule = method.schedule.object();
        let asks_for_progress = settings.stall.or(strategy.stall()).is_some() || settings.early_stop.is_some();
        let (gradient_noise, weight_noise) = (of(On::Gradient), of(On::Weights));
        let has_noise = !gradient_noise.is_empty() || !weight_noise.is_empty();
        let is_minibatch = method.batch() > 0;
        Self {
            settings,
            strategy,
            stall: strategy.stall(),
            is_eventful: asks_for_progress
                || has_noise
                || is_minibatch
                || !schedule.is_constant()
                || show.is_watching(),
            bounds: Bounds::new(settings.f_above, settings.x_above, settings.grad_tol),
            schedule: (!schedule.is_constant()).then_some(schedule),
            geometry: objective.geometry(),
            book: Book::new(settings, row_count, dim),
            step_units: Prices::minibatch(batch),
            show,
            measure_every: row_count.div_ceil(batch),
            start_sigmas: of(On::Start).iter().map(Noise::start_sigma).collect(),
            gradient_noise,
            weight_noise,
        }
    }

    /// What the learning rate of a step is multiplied by.
    pub(crate) fn lr_factor(&self, step: u64, steps: u64) -> f64 {
        self.schedule.map_or(1.0, |schedule| schedule.factor(step, steps))
    }
}
