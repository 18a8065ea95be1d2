//! Set splitting as examples for two half-spaces (Blum and Rivest 1992), with the exact least number of errors.

use autodiff::Stream;

/// Subsets of n elements, each a bit set with bit i for element i.
///
/// As examples with n inputs: the zero vector and the indicator vector of each set are positive, each unit vector is
/// negative. Two half-spaces classify them by AND: an example is taken for positive when it lies in both.
///
/// **The least number of errors is 0 when the elements can be split into two classes with no set inside a class, else 1.**
/// - Split: `a_i = -1` for the elements of one class and n for the others, and the half-space `a.x > -1/2`. It holds 0 and
///   no element of its class. A set that is not inside the class has `a.x >= n - (|c| - 1) >= 1`, so it lies in the half-space;
///   and so with the other class. No errors.
/// - No errors: 0 is in both half-spaces `a.x + b > 0`, so b > 0 in both, and each unit vector is outside one. Let the class
///   of element i be a half-space that it is outside of, `a_i + b <= 0`. A set inside one class would have
///   `a.c + b = sum_(i in c) (a_i + b) - (|c| - 1) b <= 0`, an error. So the classes split the system.
/// - Always: `sum x > 3/2` twice takes 0 alone wrongly, as sets have two or more elements.
///
/// So the hard question is 0 or 1; [`SetSystem::split`] answers it by trying all splits, for at most
/// [`SetSystem::MOST_ELEMENTS`] elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetSystem {
    elements: usize,
    sets: Vec<u32>,
}

/// How the two half-spaces are joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Joint {
    /// Positive where both are.
    And,
    /// With (c_1, c_2, c): positive where `c_1 h_1 + c_2 h_2 + c > 0`, h = 1 in the half-space and 0 outside.
    Threshold(f64, f64, f64),
}

impl SetSystem {
    /// 2^24 splits are tried in about a second.
    pub const MOST_ELEMENTS: usize = 25;

    /// A system of distinct sets.
    ///
    /// # Errors
    /// Too many elements, an element that is not there, a set of fewer than two elements (its example would contradict that
    /// of its element), or a set twice.
    pub fn new(elements: usize, sets: Vec<u32>) -> Result<Self, String> {
        let most = Self::MOST_ELEMENTS;
        if !(2..=most).contains(&elements) {
            return Err(format!("elements = {elements} is refused: all splits are tried; give 2 to {most}"));
        }
        for (i, set) in sets.iter().enumerate() {
            if set.count_ones() < 2 || set >> elements != 0 || sets[..i].contains(set) {
                return Err(format!(
                    "set {set:#b} is refused: give distinct sets of two or more of {elements} elements"
                ));
            }
        }
        Ok(SetSystem { elements, sets })
    }

    /// The seven lines of the Fano plane: not splittable, but without any one line.
    pub fn fano() -> Self {
        // {0, 1, 3} moved around the seven points.
        let line = |i: u32| [0, 1, 3].iter().map(|shift| 1 << ((i + shift) % 7)).sum();
        SetSystem { elements: 7, sets: (0..7).map(line).collect() }
    }

    /// `count` distinct random sets of `size` elements.
    ///
    /// # Errors
    /// The message of [`SetSystem::new`], or more sets than there are.
    pub fn random(elements: usize, count: usize, size: usize, seed: u64) -> Result<Self, String> {
        let system = SetSystem::new(elements, vec![])?;
        let there_are = (0..size.min(elements)).fold(1, |product, i| product * (elements - i) / (i + 1));
        if !(2..=elements).contains(&size) || count > there_are {
            return Err(format!(
                "sets = {count} of size {size} is refused: of {elements} elements there are {there_are} such sets; give 2 <= size \
                 <= {elements} and at most that many"
            ));
        }
        let parts = [elements as u64, count as u64, size as u64, seed].map(|part| part.to_string());
        let mut stream = Stream::new(0, "set system", &[&parts[0], &parts[1], &parts[2], &parts[3]]);
        let mut sets = vec![];
        while sets.len() < count {
            let mut order: Vec<u32> = (0..elements as u32).collect();
            stream.shuffle(&mut order);
            let set = order[..size].iter().map(|i| 1 << i).sum();
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        Ok(SetSystem { sets, ..system })
    }

    /// The system without its set number `i`, counted from 0.
    pub fn without(&self, i: usize) -> Self {
        let mut sets = self.sets.clone();
        sets.remove(i);
        SetSystem { elements: self.elements, sets }
    }

    /// Number of elements n.
    pub fn elements(&self) -> usize {
        self.elements
    }

    /// The sets.
    pub fn sets(&self) -> &[u32] {
        &self.sets
    }

    /// Inputs as bit sets, with whether the example is positive: 0, the sets, the unit vectors.
    pub fn examples(&self) -> impl Iterator<Item = (u32, bool)> + '_ {
        let units = (0..self.elements).map(|i| (1 << i, false));
        std::iter::once((0, true)).chain(self.sets.iter().map(|&set| (set, true))).chain(units)
    }

    /// How many splits there are. A class and its complement are one split, so the last element is outside.
    pub fn split_count(&self) -> u64 {
        1 << (self.elements - 1)
    }

    /// A class of a split with no set inside the class or outside it, and how many splits were tried; `None` after all.
    pub fn search(&self) -> (Option<u32>, u64) {
        let is_split = |class: &u32| self.sets.iter().all(|set| set & class != 0 && set & !class != 0);
        let found = (0..self.split_count() as u32).find(is_split);
        (found, found.map_or(self.split_count(), |class| u64::from(class) + 1))
    }

    /// A class of a split, if there is one.
    pub fn split(&self) -> Option<u32> {
        self.search().0
    }

    /// The least number of errors of two half-spaces joined by AND, and weights that attain it: `a_1 b_1 a_2 b_2` (2 n + 2,),
    /// the half-spaces `a.x + b > 0`.
    pub fn least_errors(&self) -> (usize, Vec<f64>) {
        let n = self.elements;
        match self.split() {
            Some(class) => {
                let half_space = |class: u32| {
                    let weight = move |i| if class >> i & 1 == 1 { -1.0 } else { n as f64 };
                    (0..n).map(weight).chain([0.5]).collect::<Vec<f64>>()
                };
                (0, [half_space(class), half_space(!class)].concat())
            }
            None => {
                let half_space = [vec![1.0; n], vec![-1.5]].concat();
                (1, [half_space.clone(), half_space].concat())
            }
        }
    }

    /// Examples that half-spaces `x = a_1 b_1 a_2 b_2` (2 n + 2,) get wrong.
    pub fn errors(&self, x: &[f64], joint: Joint) -> usize {
        let n = self.elements;
        let is_in = |half: &[f64], input: u32| {
            (0..n).filter(|i| input >> i & 1 == 1).map(|i| half[i]).sum::<f64>() + half[n] > 0.0
        };
        let (first, second) = x.split_at(n + 1);
        let is_wrong = |&(input, is_positive): &(u32, bool)| {
            let (one, two) = (is_in(first, input), is_in(second, input));
            let is_taken = match joint {
                Joint::And => one && two,
                Joint::Threshold(c_1, c_2, c) => {
                    c_1 * f64::from(u8::from(one)) + c_2 * f64::from(u8::from(two)) + c > 0.0
                }
            };
            is_taken != is_positive
        };
        self.examples().filter(is_wrong).count()
    }
}
