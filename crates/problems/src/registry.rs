//! All problems by name, with their documented parameters; turns a table of parameters into an instance.

use toml::{Table, Value};

use crate::instance::Instance;
use crate::motion::MOST_MOVED;
use crate::problem::Problem;

/// The problems there are, in the order in which they are listed.
#[derive(Default)]
pub struct Registry {
    entries: Vec<Entry>,
    group: Option<&'static str>,
}

/// The group of problems that are not of this crate.
const OWN: &str = "Your own problems";

/// Something to be done with every problem of this crate, knowing its type.
pub trait Visitor {
    /// Called once for each problem.
    fn visit<P: Problem>(&mut self);

    /// Called before the problems of a group, with its title.
    fn group(&mut self, _title: &'static str) {}
}

impl Visitor for Registry {
    fn visit<P: Problem>(&mut self) {
        self.add::<P>();
    }

    fn group(&mut self, title: &'static str) {
        self.group = Some(title);
    }
}

/// The problems of this crate, in the order in which they are listed. A new one is a line in `visit` of its folder:
/// the registry and the conformance tests follow.
pub fn visit_builtin(visitor: &mut impl Visitor) {
    visitor.group("Analytic surfaces");
    crate::analytic::visit(visitor);
    visitor.group("Convex learning");
    crate::learning::visit(visitor);
    visitor.group("Memory");
    crate::memory::visit(visitor);
    visitor.group("Networks");
    crate::networks::visit(visitor);
    visitor.group("Random landscapes of physics");
    crate::physics::visit(visitor);
    visitor.group("Factorisation and signal recovery");
    crate::signal::visit(visitor);
    visitor.group("Formula");
    visitor.visit::<crate::Formula>();
}

/// One problem of the registry.
pub struct Entry {
    /// Name in experiment files.
    pub name: &'static str,
    /// One sentence: what it is, with its source.
    pub about: &'static str,
    /// Title of the group it is listed in.
    pub group: &'static str,
    /// Rises when the same parameters start to give other numbers.
    pub revision: u32,
    /// Words to find it by.
    pub tags: &'static [&'static str],
    /// Parameters (texts of TOML tables) besides the defaults under which it is looked at.
    pub cases: &'static [&'static str],
    /// Parameters with defaults and meaning, in the order of their documentation.
    pub params: Vec<Param>,
    build: fn(&Table) -> Result<Instance, String>,
}

/// One documented parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Key in an experiment file.
    pub name: &'static str,
    /// Value when the key is not given.
    pub default: Value,
    /// Meaning, with unit and range.
    pub about: &'static str,
}

impl Registry {
    /// What this crate ships.
    pub fn builtin() -> Self {
        let mut registry = Registry::default();
        visit_builtin(&mut registry);
        registry.group = None;
        registry
    }

    /// Adds a problem.
    ///
    /// # Panics
    /// When the name is taken, or the documented parameters are not the serialised fields: mistakes in the
    /// source, found at the first start.
    pub fn add<P: Problem>(&mut self) -> &mut Self {
        assert!(self.get(P::NAME).is_none(), "two problems are named \"{}\"", P::NAME);
        let defaults = defaults::<P>();
        let mut names: Vec<&str> = documented::<P>().map(|(name, _)| name).collect();
        names.sort_unstable();
        let fields: Vec<&str> = defaults.keys().map(String::as_str).collect();
        assert_eq!(names, fields, "{}: PARAMS (left) must name the fields (right)", P::NAME);
        let param =
            |(name, about): (&'static str, &'static str)| Param { name, about, default: defaults[name].clone() };
        self.entries.push(Entry {
            name: P::NAME,
            about: P::ABOUT,
            group: self.group.unwrap_or(OWN),
            revision: P::REVISION,
            tags: P::TAGS,
            cases: P::CASES,
            params: documented::<P>().map(param).collect(),
            build: build::<P>,
        });
        self
    }

    /// The problem of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// All problems.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    /// The problem with these parameters, the others at their defaults, recorded.
    ///
    /// # Errors
    /// An unknown key, a value of the wrong type, or the message of [`Problem::check`]; each starts with the
    /// name of the problem.
    ///
    /// # Panics
    /// When the problem's own code panics.
    pub fn build(&self, params: &Table) -> Result<Instance, String> {
        (self.build)(params).map_err(|message| format!("{}: {message}", self.name))
    }
}

fn build<P: Problem>(given: &Table) -> Result<Instance, String> {
    let mut table = defaults::<P>();
    for (key, value) in given {
        if table.insert(key.clone(), value.clone()).is_none() {
            return Err(unknown_key::<P>(key));
        }
    }
    let instance = if P::MOVABLE { instance_of(table.remove(INSTANCE).as_ref())? } else { 0 };
    let problem: P = table.try_into().map_err(|error: toml::de::Error| {
        // On one line, as all messages are.
        error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    })?;
    problem.check()?;
    // As the problem understood them: 100 and 100.0 are one parameter.
    let mut params = table_of(&problem);
    if P::MOVABLE {
        if instance > 0 && problem.dim() > MOST_MOVED {
            let dim = problem.dim();
            return Err(format!(
                "instance = {instance} is refused: a rotation of {dim} variables mixes more than {MOST_MOVED}; use dim <= {MOST_MOVED}, or instance = 0"
            ));
        }
        params.insert(INSTANCE.to_string(), Value::Integer(instance as i64));
    }
    Ok(Instance::new(problem, params, instance))
}

/// Key of the number of a moved copy.
const INSTANCE: &str = "instance";

fn instance_of(value: Option<&Value>) -> Result<u64, String> {
    let number = value.and_then(Value::as_integer).and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| "instance must be a whole number from 0".to_string())
}

/// The documented parameters, that of moved copies last.
pub(crate) fn documented<P: Problem>() -> impl Iterator<Item = (&'static str, &'static str)> {
    const ABOUT: &str = "0 for the published surface; 1, 2, ... for copies of it shifted, rotated and scaled at random";
    P::PARAMS.iter().copied().chain(P::MOVABLE.then_some((INSTANCE, ABOUT)))
}

/// All parameters at their defaults, with sorted keys.
pub(crate) fn defaults<P: Problem>() -> Table {
    let mut table = table_of(&P::default());
    if P::MOVABLE {
        table.insert(INSTANCE.to_string(), Value::Integer(0));
    }
    table
}

fn unknown_key<P: Problem>(key: &str) -> String {
    let known: Vec<&str> = documented::<P>().map(|(name, _)| name).collect();
    if known.is_empty() {
        format!("unknown parameter \"{key}\"; it has no parameters, remove the key")
    } else {
        format!("unknown parameter \"{key}\"; its parameters are {}", known.join(", "))
    }
}

/// All parameters of a problem, with sorted keys.
pub(crate) fn table_of<P: Problem>(problem: &P) -> Table {
    Table::try_from(problem)
        .unwrap_or_else(|error| panic!("{}: parameters are numbers, texts and lists: {error}", P::NAME))
}
