//! Which operations a program performs, and in which order: chains of multiply-adds by shared factors that read the
//! same signals are gathered into tiles, outer products follow as soon as their operands are there.

use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::derive::reachable;
use crate::graph::{Binary, Graph, Node, Op, Unary};
use crate::program::{Cost, Supply, TILE};
use crate::sums::{OuterProduct, Sums};

/// One step of a body.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The operation of a node.
    Single(Node),
    /// `c - a * b`
    NegMulAdd { a: Node, b: Node, c: Node, to: Node },
    /// Sine and cosine of one angle.
    SinCos { angle: Node, sin: Node, cos: Node },
    /// Chains with shared factors, computed together.
    Tile(Vec<Chain>),
    /// Chains over one stretch of the data row, which is read where it is.
    Layer(Vec<Chain>),
    /// A chain both of whose factors differ between lanes.
    Dot(Chain),
    /// Position of an outer product in the sums.
    Product(usize),
}

/// `end = init + factor_1 signal_1 + factor_2 signal_2 + ...`, fused from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub end: Node,
    /// `None`: the first term is a product without addend.
    pub init: Option<Node>,
    pub factors: Vec<Node>,
    pub signals: Vec<Signal>,
}

/// A factor of a chain that differs between lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Signal {
    Value(Node),
    /// The rounded product of two values, computed where it is used.
    Product(Node, Node),
}

impl Signal {
    /// The values that are read; a value by itself twice.
    pub fn values(self) -> [Node; 2] {
        match self {
            Signal::Value(node) => [node; 2],
            Signal::Product(a, b) => [a, b],
        }
    }
}

impl Chain {
    /// The signals, where all are values.
    fn plain(&self) -> Option<Vec<Node>> {
        let value = |signal: &Signal| match signal {
            Signal::Value(node) => Some(*node),
            Signal::Product(..) => None,
        };
        self.signals.iter().map(value).collect()
    }

    /// What is read besides shared factors.
    fn operands(&self) -> impl Iterator<Item = Node> {
        self.signals.iter().flat_map(|signal| signal.values()).chain(self.init)
    }
}

/// The steps of both stages, and what is known of every node.
pub(crate) struct Plan {
    /// The inputs that are a data row.
    pub row: Columns,
    /// Nodes looked at: the first so many of the graph.
    pub count: usize,
    pub needed: Vec<bool>,
    /// Whether the value differs between lanes.
    pub is_lane: Vec<bool>,
    /// Whether it depends on late inputs.
    pub is_late: Vec<bool>,
    /// Whether there are any: then all sums are those of one supply of them.
    pub has_late: bool,
    /// Of the first and of the second stage.
    pub steps: [Vec<Step>; 2],
}

impl Step {
    /// The nodes whose values the step computes.
    pub fn results(&self, mut see: impl FnMut(Node)) {
        match self {
            Step::Single(node) | Step::NegMulAdd { to: node, .. } => see(*node),
            Step::SinCos { sin, cos, .. } => [*sin, *cos].into_iter().for_each(see),
            Step::Tile(chains) | Step::Layer(chains) => chains.iter().for_each(|chain| see(chain.end)),
            Step::Dot(chain) => see(chain.end),
            Step::Product(_) => {}
        }
    }

    /// The lane values that the step reads (shared ones may be among them).
    pub fn operands(&self, graph: &Graph, sums: &Sums, mut see: impl FnMut(Node)) {
        match self {
            Step::Single(node) => graph.op(*node).operands().for_each(see),
            Step::NegMulAdd { a, b, c, .. } => [*a, *b, *c].into_iter().for_each(see),
            Step::SinCos { angle, .. } => see(*angle),
            Step::Tile(chains) | Step::Layer(chains) => {
                chains.iter().for_each(|chain| chain.operands().for_each(&mut see));
            }
            Step::Dot(chain) => chain.factors.iter().copied().chain(chain.operands()).for_each(see),
            Step::Product(at) => {
                let product = &sums.products[*at];
                product.left.iter().chain(&product.right).for_each(|&node| see(node));
            }
        }
    }

    /// Its arithmetic in one lane.
    pub fn cost(&self, graph: &Graph, sums: &Sums) -> Cost {
        let (flops, functions) = match self {
            Step::Single(node) => match graph.op(*node) {
                Op::Unary(Unary::Neg | Unary::Sqrt | Unary::Frozen, _) | Op::Binary(..) | Op::Select(..) => (1, 0),
                Op::Unary(..) => (0, 1),
                Op::MulAdd(..) => (2, 0),
                Op::Input(_) | Op::Const(_) => (0, 0),
            },
            Step::NegMulAdd { .. } => (2, 0),
            Step::SinCos { .. } => (0, 1),
            Step::Tile(chains) | Step::Layer(chains) => {
                let products =
                    |chain: &Chain| chain.signals.iter().filter(|signal| matches!(signal, Signal::Product(..))).count();
                let sums: usize = chains.iter().map(|chain| 2 * chain.signals.len()).sum();
                (sums + chains.iter().map(products).max().unwrap_or(0), 0)
            }
            Step::Dot(chain) => (2 * chain.signals.len(), 0),
            Step::Product(at) => {
                let OuterProduct { left, right, is_lower, .. } = &sums.products[*at];
                let (rows, columns) = (left.len(), right.len());
                let sums = if *is_lower { rows * (rows + 1) / 2 } else { rows * columns };
                (2 * sums, 0)
            }
        };
        Cost { flops: flops as u64, functions }
    }
}

/// Plans the computation of `outputs` and `sums`, inputs supplied as said.
pub(crate) fn plan(graph: &Graph, outputs: &[Node], sums: &Sums, supply: &[Supply]) -> Plan {
    let factors = sums.products.iter().flat_map(|product| product.left.iter().chain(&product.right));
    let wanted: Vec<Node> = outputs.iter().chain(factors).copied().collect();
    let count = wanted.iter().map(|node| node.at() + 1).max().unwrap_or(0);
    let needed = reachable(graph, &wanted, count);
    let (mut is_lane, mut is_late) = (vec![false; count], vec![false; count]);
    for at in (0..count).filter(|&at| needed[at]) {
        (is_lane[at], is_late[at]) = match graph.nodes()[at] {
            Op::Input(i) => {
                let supply = supply[i as usize];
                (matches!(supply, Supply::Lane | Supply::Row), supply == Supply::Late)
            }
            op => (op.operands().any(|a| is_lane[a.at()]), op.operands().any(|a| is_late[a.at()])),
        };
    }
    let has_late = supply.contains(&Supply::Late);
    let row = supply.iter().position(|&supply| supply == Supply::Row).unwrap_or(0);
    let row = Columns(row..row + supply.iter().filter(|&&supply| supply == Supply::Row).count());
    let mut plan = Plan { row, count, needed, is_lane, is_late, has_late, steps: [Vec::new(), Vec::new()] };
    let chains = Chains::find(graph, sums, &plan, &wanted);
    Scheduler { graph, sums, chains }.run(&mut plan, &wanted);
    plan
}

/// The chains of a graph, by the node that ends them and by where they begin.
struct Chains {
    /// Position in `all` of the chain that ends at a node.
    ending_at: FxHashMap<Node, usize>,
    all: Vec<Chain>,
    is_done: Vec<bool>,
    /// Chains with shared factors and the same first signal and stage, those alike next to each other.
    families: FxHashMap<(bool, Signal), Vec<usize>>,
    /// Whether a chain is part of a layer.
    in_layer: Vec<bool>,
    /// Whether a node is a partial sum of a chain or a product that chains alone read, never needed by itself.
    is_inner: Vec<bool>,
}

impl Chains {
    fn find(graph: &Graph, sums: &Sums, plan: &Plan, wanted: &[Node]) -> Self {
        let needed = |at: &usize| plan.needed[*at];
        let mut uses = vec![0u32; plan.count];
        wanted.iter().for_each(|node| uses[node.at()] += 1);
        for at in (0..plan.count).filter(needed) {
            graph.nodes()[at].operands().for_each(|operand| uses[operand.at()] += 1);
        }
        let is_lane = |node: Node| plan.is_lane[node.at()];
        // The factor, the signal and the addend of a node that can be part of a chain; a shared factor comes first.
        let link = |node: Node| {
            let (a, b, c) = match graph.op(node) {
                Op::MulAdd(a, b, c) => (a, b, Some(c)),
                Op::Binary(Binary::Mul, a, b) => (a, b, None),
                _ => return None,
            };
            match (is_lane(a), is_lane(b)) {
                (false, false) => None,
                (true, false) => Some((b, a, c)),
                _ => Some((a, b, c)),
            }
        };
        let mut is_inner = vec![false; plan.count];
        for at in (0..plan.count).filter(needed) {
            if let Some((factor, _, Some(c))) = link(Node(at as u32))
                && let Some((inner_factor, ..)) = link(c)
            {
                let same_stage = plan.is_late[c.at()] == plan.is_late[at];
                let same_kind = is_lane(factor) == is_lane(inner_factor);
                is_inner[c.at()] |= uses[c.at()] == 1 && same_stage && same_kind;
            }
        }
        let mut chains = Chains {
            ending_at: FxHashMap::default(),
            all: Vec::new(),
            is_done: Vec::new(),
            in_layer: Vec::new(),
            families: FxHashMap::default(),
            is_inner,
        };
        for at in (0..plan.count).filter(needed) {
            let end = Node(at as u32);
            if chains.is_inner[at] || link(end).is_none() {
                continue;
            }
            let (mut factors, mut signals) = (Vec::new(), Vec::new());
            let mut next = Some(end);
            let init = loop {
                let Some(node) = next else { break None };
                if node != end && !chains.is_inner[node.at()] {
                    break Some(node);
                }
                let (factor, signal, addend) = link(node).expect("inner nodes are links");
                factors.push(factor);
                signals.push(Signal::Value(signal));
                next = addend;
            };
            if factors.len() < 2 {
                continue;
            }
            factors.reverse();
            signals.reverse();
            chains.ending_at.insert(end, chains.all.len());
            chains.all.push(Chain { end, init, factors, signals });
        }
        chains.is_done = vec![false; chains.all.len()];
        take_in_products(graph, plan, &uses, &mut chains);
        chains.in_layer = in_layers(graph, sums, plan, &chains.all, uses);
        let all = &chains.all;
        for (at, chain) in all.iter().enumerate().filter(|(_, chain)| !is_lane(chain.factors[0])) {
            let family = (plan.is_late[chain.end.at()], chain.signals[0]);
            chains.families.entry(family).or_default().push(at);
        }
        chains.families.values_mut().for_each(|family| family.sort_by(|&a, &b| all[a].signals.cmp(&all[b].signals)));
        chains
    }

    /// All chains of the family of `chain` that can be computed once every node below `now` is there, in layers and tiles.
    fn steps(&mut self, chain: usize, is_late: bool, now: Node) -> Vec<Step> {
        let is_ready = |chain: &Chain| chain.operands().all(|node| node < now);
        let family = &self.families[&(is_late, self.all[chain].signals[0])];
        let ready: Vec<usize> =
            family.iter().copied().filter(|&at| !self.is_done[at] && is_ready(&self.all[at])).collect();
        let mut steps = Vec::new();
        let mut rest = &ready[..];
        let chains = |these: &[usize]| these.iter().map(|&at| self.all[at].clone()).collect();
        while let Some(&first) = rest.first() {
            if self.in_layer[first] {
                let (group, after) = rest.split_at(self.layer(rest));
                steps.push(Step::Layer(chains(group)));
                rest = after;
                continue;
            }
            // As many as are mostly alike, cut into tiles of nearly one size.
            let alike = |pair: &[usize]| {
                let (a, b) = (&self.all[pair[0]].signals, &self.all[pair[1]].signals);
                let shared = a.iter().zip(b).take_while(|(a, b)| a == b).count();
                !self.in_layer[pair[1]] && 2 * shared >= a.len().max(b.len())
            };
            let run = 1 + rest.windows(2).take_while(|pair| alike(pair)).count();
            let (group, after) = rest.split_at(run);
            let tile = run.div_ceil(run.div_ceil(TILE));
            steps.extend(group.chunks(tile).map(|tile| Step::Tile(chains(tile))));
            rest = after;
        }
        ready.iter().for_each(|&at| self.is_done[at] = true);
        steps
    }

    /// How many of these chains, from the first, are a layer: the same signals, and factors at one distance.
    fn layer(&self, these: &[usize]) -> usize {
        let first = &self.all[these[0]];
        let factor = |&at: &usize| self.all[at].factors[0].at();
        let distance = these.get(1).map_or(0, |second| factor(second).wrapping_sub(factor(&these[0])));
        let is_next = |pair: &[usize]| {
            let next = &self.all[pair[1]];
            let is_alike = next.signals == first.signals && next.init.is_some() == first.init.is_some();
            self.in_layer[pair[1]] && is_alike && factor(&pair[1]).wrapping_sub(factor(&pair[0])) == distance
        };
        1 + these.windows(2).take_while(|pair| is_next(pair)).count()
    }
}

/// Makes products of two lane values that nothing but chains with shared factors read part of these: a product is two
/// loads and a multiplication for each tile of outputs, against a slot written once and read as often, from further away
/// the more there are.
fn take_in_products(graph: &Graph, plan: &Plan, uses: &[u32], chains: &mut Chains) {
    let is_lane = |node: Node| plan.is_lane[node.at()];
    let mut uses_here = vec![0; plan.count];
    let with_shared = |chain: &&Chain| !is_lane(chain.factors[0]);
    for chain in chains.all.iter().filter(with_shared) {
        chain.signals.iter().for_each(|signal| uses_here[signal.values()[0].at()] += 1);
    }
    for chain in chains.all.iter_mut().filter(|chain| !is_lane(chain.factors[0])) {
        for signal in &mut chain.signals {
            let [node, _] = signal.values();
            if let Op::Binary(Binary::Mul, a, b) = graph.op(node)
                && is_lane(a)
                && is_lane(b)
                && uses_here[node.at()] == uses[node.at()]
            {
                *signal = Signal::Product(a, b);
                chains.is_inner[node.at()] = true;
            }
        }
    }
}

/// Which chains can be computed where the data rows are: those over a stretch that nothing else reads from lanes, with
/// inputs next to each other as factors. `uses` counts who reads a node.
fn in_layers(graph: &Graph, sums: &Sums, plan: &Plan, chains: &[Chain], mut uses: Vec<u32>) -> Vec<bool> {
    let is_shared = |node: Node| !plan.is_lane[node.at()];
    let is_input = |node: Node| matches!(graph.op(node), Op::Input(_));
    let can: Vec<bool> = chains
        .iter()
        .map(|chain| {
            let is_next = |pair: &[Node]| match (graph.op(pair[0]), graph.op(pair[1])) {
                (Op::Input(a), Op::Input(b)) => b == a + 1,
                _ => false,
            };
            let factors = &chain.factors;
            is_shared(factors[0])
                && is_input(factors[0])
                && factors.windows(2).all(is_next)
                && chain.init.is_none_or(is_shared)
                && chain.plain().is_some_and(|values| plan.row.stretch(graph, &values).is_some())
        })
        .collect();
    let in_place = chains.iter().zip(&can).filter(|(_, can)| **can).filter_map(|(chain, _)| chain.plain());
    let stretches = sums.products.iter().map(|product| &product.right);
    let stretches = stretches.filter(|right| plan.row.stretch(graph, right).is_some()).cloned();
    in_place.chain(stretches).flatten().for_each(|signal| uses[signal.at()] -= 1);
    let is_free = |chain: &Chain| chain.signals.iter().all(|signal| uses[signal.values()[0].at()] == 0);
    chains.iter().zip(can).map(|(chain, can)| can && is_free(chain)).collect()
}

struct Scheduler<'a> {
    graph: &'a Graph,
    sums: &'a Sums,
    chains: Chains,
}

impl Scheduler<'_> {
    fn run(mut self, plan: &mut Plan, wanted: &[Node]) {
        let graph = self.graph;
        let negations = self.absorbed_negations(plan, wanted);
        let mut partner: FxHashMap<Node, (Option<Node>, Option<Node>)> = FxHashMap::default();
        for at in (0..plan.count).filter(|&at| plan.needed[at] && plan.is_lane[at]) {
            match graph.nodes()[at] {
                Op::Unary(Unary::Sin, a) => partner.entry(a).or_default().0 = Some(Node(at as u32)),
                Op::Unary(Unary::Cos, a) => partner.entry(a).or_default().1 = Some(Node(at as u32)),
                _ => {}
            }
        }
        let mut products = self.products_by_last_operand(plan);
        for at in 0..plan.count {
            let node = Node(at as u32);
            let stage = usize::from(plan.is_late[at]);
            if plan.needed[at] && plan.is_lane[at] && !self.chains.is_inner[at] && !negations[at] {
                match graph.op(node) {
                    Op::Input(_) | Op::Const(_) => {}
                    Op::Unary(Unary::Sin | Unary::Cos, angle) => match partner[&angle] {
                        (Some(sin), Some(cos)) if node == sin.min(cos) => {
                            plan.steps[stage].push(Step::SinCos { angle, sin, cos });
                        }
                        (Some(_), Some(_)) => {}
                        _ => plan.steps[stage].push(Step::Single(node)),
                    },
                    Op::MulAdd(a, b, c) if negations[a.at()] || negations[b.at()] => {
                        let (minus, b) = if negations[a.at()] { (a, b) } else { (b, a) };
                        let a = graph.op(minus).operands().next().expect("a negation has an operand");
                        plan.steps[stage].push(Step::NegMulAdd { a, b, c, to: node });
                    }
                    _ => match self.chains.ending_at.get(&node).copied() {
                        Some(chain) if self.chains.is_done[chain] => {}
                        Some(chain) if plan.is_lane[self.chains.all[chain].factors[0].at()] => {
                            plan.steps[stage].push(Step::Dot(self.chains.all[chain].clone()));
                        }
                        Some(chain) => {
                            let steps = self.chains.steps(chain, plan.is_late[at], node);
                            plan.steps[stage].extend(steps);
                        }
                        None => plan.steps[stage].push(Step::Single(node)),
                    },
                }
            }
            while products.last().is_some_and(|&(ready, ..)| ready <= at) {
                let (_, stage, product) = products.pop().expect("not empty");
                plan.steps[stage].push(Step::Product(product));
            }
        }
    }

    /// `(last operand, stage, position)` of each outer product, those ready first at the end.
    fn products_by_last_operand(&self, plan: &Plan) -> Vec<(usize, usize, usize)> {
        let mut products: Vec<(usize, usize, usize)> = Vec::new();
        for (at, product) in self.sums.products.iter().enumerate() {
            let nodes = || product.left.iter().chain(&product.right);
            let ready = nodes().map(|node| node.at()).max().unwrap_or(0);
            products.push((ready, usize::from(plan.has_late), at));
        }
        products.sort_unstable_by(|a, b| b.cmp(a));
        products
    }

    /// Negations that every user can take in as the sign of a product.
    fn absorbed_negations(&self, plan: &Plan, wanted: &[Node]) -> Vec<bool> {
        let mut is_absorbed: Vec<bool> = (0..plan.count)
            .map(|at| plan.is_lane[at] && matches!(self.graph.nodes()[at], Op::Unary(Unary::Neg, _)))
            .collect();
        wanted.iter().for_each(|node| is_absorbed[node.at()] = false);
        for at in (0..plan.count).filter(|&at| plan.needed[at]) {
            let node = Node(at as u32);
            let in_chain = self.chains.is_inner[at] || self.chains.ending_at.contains_key(&node);
            match self.graph.op(node) {
                Op::MulAdd(a, b, c) if !in_chain => {
                    is_absorbed[c.at()] = false;
                    // One sign fits into the operation.
                    if a == b || (is_absorbed[a.at()] && is_absorbed[b.at()]) {
                        is_absorbed[b.at()] = false;
                        is_absorbed[a.at()] &= a != b;
                    }
                }
                op => op.operands().for_each(|operand| is_absorbed[operand.at()] = false),
            }
        }
        is_absorbed
    }
}
