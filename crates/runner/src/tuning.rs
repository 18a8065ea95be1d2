//! What an experiment of tuning knows beyond an ordinary one: the rules, the spaces, and which cell is which configuration.

use crate::config::Criterion;
use crate::experiment::Experiment;
use crate::figure::{float, optional};
use crate::space::Space;
use serde_json::json;
use toml::Table;

/// The file of the result folder that says what was searched.
pub const FILE: &str = "space.csv";

/// Columns of `space.csv`.
const COLUMNS: [&str; 9] = ["problem", "method", "parameter", "scale", "from", "to", "values", "criterion", "target"];

/// The tuning of an experiment.
#[derive(Debug)]
pub struct Tuning {
    /// The experiment that is tuned for.
    pub experiment: String,
    /// What makes a configuration the best.
    pub criterion: Criterion,
    /// Its methods, in file order.
    pub methods: Vec<TunedMethod>,
}

/// A method and its configurations.
#[derive(Debug)]
pub struct TunedMethod {
    /// The method's id.
    pub id: String,
    /// What is searched, by parameter; nothing for a method that is only measured beside the others.
    pub axes: Vec<(String, Space)>,
    /// Label of the rows and values of every configuration.
    pub configurations: Vec<(String, Table)>,
}

/// Label of configuration `number` (from 1) of a method.
pub fn label(id: &str, number: usize) -> String {
    format!("{id} #{number}")
}

impl Tuning {
    /// The method a label belongs to.
    ///
    /// # Panics
    /// A label of another experiment.
    pub fn method_of(&self, label: &str) -> &TunedMethod {
        let has = |method: &&TunedMethod| method.configurations.iter().any(|(own, _)| own == label);
        self.methods.iter().find(has).expect("a label of this experiment")
    }

    /// The values that a label stands for.
    pub fn values_of(&self, label: &str) -> Table {
        let configurations = &self.method_of(label).configurations;
        configurations.iter().find(|(own, _)| own == label).map(|(_, values)| values.clone()).unwrap_or_default()
    }
}

/// `space.csv`: one row per problem, method and searched parameter; a method without one has a row without parameter.
pub fn space_csv(experiment: &Experiment, tuning: &Tuning) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "writing to memory";
    writer.write_record(COLUMNS).expect(in_memory);
    for (i, surface) in experiment.surfaces.iter().enumerate() {
        let is_here = |id: &str| {
            let mut cells = experiment.cells.iter().filter(|cell| cell.surface == i);
            cells.any(|cell| tuning.method_of(&cell.method).id == id)
        };
        let least = surface.gaps.iter().copied().reduce(f64::min);
        let target = optional(least.filter(|_| tuning.criterion == Criterion::Success));
        for method in tuning.methods.iter().filter(|method| is_here(&method.id)) {
            let mut row = |cells: [&str; 5]| {
                let ends = [tuning.criterion.label(), &target];
                let all = [surface.label.as_str(), &method.id].into_iter().chain(cells).chain(ends);
                writer.write_record(all).expect(in_memory);
            };
            if method.axes.is_empty() {
                row([""; 5]);
            }
            for (name, space) in &method.axes {
                let [from, to, values] = match space {
                    Space::List(values) => [String::new(), String::new(), json!(values).to_string()],
                    Space::Range { from, to, .. } => [float(*from), float(*to), String::new()],
                };
                row([name, space.label(), &from, &to, &values]);
            }
        }
    }
    writer.into_inner().expect(in_memory)
}
