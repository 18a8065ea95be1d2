//! The disconnectivity graph: at which height which minima come to lie in one basin.

/// A basin that has just formed, or a minimum.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// Level at which it forms: the value of a minimum, the height of the pass that joins the children.
    pub height: f64,
    /// The basins it joins, as positions in the list of nodes, ascending; none for a minimum.
    pub children: Vec<usize>,
    /// The basin it becomes part of.
    pub parent: Option<usize>,
}

/// A merge tree: nodes `0..n` are the minima in their given order, the others follow in ascending height.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeTree {
    /// Minima first.
    pub nodes: Vec<TreeNode>,
    /// How many nodes are minima.
    pub n_minima: usize,
}

/// The merge tree of minima with the given values under passes `(minimum, minimum, height)`.
///
/// Becker and Karplus 1997; Wales, Energy Landscapes (2003), 5.1. Two minima are in one basin at level E when a chain
/// of passes none of which is above E leads from one to the other. Instead of a ladder of levels, all levels at which
/// anything changes are used. Passes whose heights differ by at most `tolerance` (in units of f) from the lowest of
/// their group are one level and join all they join at once, so that equal barriers make one node with many children.
/// Passes from a minimum to itself change nothing. A part that no pass joins to the rest is a tree of its own. The
/// order of the passes does not matter.
///
/// ```
/// // 0 -- 1 at height 2, and 1 -- 2 at height 5.
/// let tree = landscape::connect::merge_tree(&[0.0, 1.0, 0.5], &[(1, 2, 5.0), (0, 1, 2.0)], 1e-9);
/// assert_eq!(tree.nodes[3].children, [0, 1]);
/// assert_eq!(tree.nodes[4].children, [2, 3]);
/// assert_eq!(tree.pass_height(0, 2), Some(5.0));
/// assert_eq!(tree.basins_at(2.0), [vec![0, 1], vec![2]]);
/// ```
pub fn merge_tree(minima: &[f64], passes: &[(usize, usize, f64)], tolerance: f64) -> MergeTree {
    assert!(passes.iter().all(|&(a, b, f)| a.max(b) < minima.len() && !f.is_nan()), "passes between listed minima");
    let leaf = |&height: &f64| TreeNode { height, children: vec![], parent: None };
    let mut nodes: Vec<TreeNode> = minima.iter().map(leaf).collect();
    let mut order: Vec<usize> = (0..passes.len()).collect();
    order.sort_by(|&i, &j| passes[i].2.total_cmp(&passes[j].2));
    let mut first = 0;
    while first < order.len() {
        let level = passes[order[first]].2;
        let size = order[first..].iter().take_while(|&&i| passes[i].2 <= level + tolerance).count();
        // Joining is done among the roots of the level below; each group becomes one node.
        let mut groups: Vec<(Vec<usize>, f64)> = vec![];
        for &i in &order[first..first + size] {
            let (a, b, height) = passes[i];
            let (a, b) = (root(&nodes, a), root(&nodes, b));
            if a == b {
                continue;
            }
            let place = |groups: &[(Vec<usize>, f64)], node: usize| groups.iter().position(|g| g.0.contains(&node));
            match (place(&groups, a), place(&groups, b)) {
                (None, None) => groups.push((vec![a, b], height)),
                (Some(g), None) => groups[g].0.push(b),
                (None, Some(g)) => groups[g].0.push(a),
                (Some(g), Some(h)) if g != h => {
                    let (keep, gone) = (g.min(h), g.max(h));
                    let gone = groups.remove(gone);
                    groups[keep].0.extend(gone.0);
                }
                _ => {}
            }
        }
        groups.iter_mut().for_each(|group| group.0.sort_unstable());
        groups.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        for (children, height) in groups {
            let node = nodes.len();
            children.iter().for_each(|&child| nodes[child].parent = Some(node));
            nodes.push(TreeNode { height, children, parent: None });
        }
        first += size;
    }
    MergeTree { nodes, n_minima: minima.len() }
}

/// The topmost basin that a node belongs to.
fn root(nodes: &[TreeNode], mut node: usize) -> usize {
    while let Some(parent) = nodes[node].parent {
        node = parent;
    }
    node
}

impl MergeTree {
    /// The nodes that are part of no other, one for each connected part.
    pub fn roots(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&i| self.nodes[i].parent.is_none()).collect()
    }

    /// The minima in the basin of a node, ascending.
    pub fn minima_below(&self, node: usize) -> Vec<usize> {
        let (mut found, mut open) = (vec![], vec![node]);
        while let Some(node) = open.pop() {
            if node < self.n_minima {
                found.push(node);
            }
            open.extend(&self.nodes[node].children);
        }
        found.sort_unstable();
        found
    }

    /// The basins of the minima not above `level`: lists of minima, in the order of their first.
    pub fn basins_at(&self, level: f64) -> Vec<Vec<usize>> {
        let is_below = |node: usize| self.nodes[node].height <= level;
        let is_top = |node: usize| is_below(node) && self.nodes[node].parent.is_none_or(|parent| !is_below(parent));
        let mut basins: Vec<Vec<usize>> =
            (0..self.nodes.len()).filter(|&node| is_top(node)).map(|node| self.minima_below(node)).collect();
        basins.sort();
        basins
    }

    /// The lowest level at which two minima are in one basin, the height of the highest pass on the best way; `None`
    /// when there is no way.
    pub fn pass_height(&self, a: usize, b: usize) -> Option<f64> {
        let mut above = vec![a];
        while let Some(parent) = self.nodes[above[above.len() - 1]].parent {
            above.push(parent);
        }
        let mut node = b;
        while !above.contains(&node) {
            node = self.nodes[node].parent?;
        }
        Some(self.nodes[node].height)
    }

    /// How far up from each minimum the first pass to another one is; infinite when there is none.
    pub fn depths(&self) -> Vec<f64> {
        let depth = |i: usize| {
            let above = self.nodes[i].parent.map_or(f64::INFINITY, |parent| self.nodes[parent].height);
            above - self.nodes[i].height
        };
        (0..self.n_minima).map(depth).collect()
    }
}
