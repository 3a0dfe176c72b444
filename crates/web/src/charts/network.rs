//! Who depends on whom: companies and the flows between them.

use std::fmt::Write as _;

use super::{Cell, Chart, DataTable, labels, labels::Spot, mark, num};
use crate::kit::{Html, esc};

/// Companies as nodes, deliveries as links. The layout is the same for the same data.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// What it shows, in a sentence.
    pub label: String,
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, Default)]
pub struct Node {
    pub name: String,
    /// What it is to us: "casting", "tier 2, sole source".
    pub role: String,
    pub kind: NodeKind,
    pub href: Option<String>,
}

/// Kinds differ in shape and size as well as in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeKind {
    /// Ourselves: a square.
    Own,
    /// Who delivers to us: a large circle.
    #[default]
    Direct,
    /// Who delivers to them: a small circle.
    Further,
    /// A single point of failure: a diamond.
    Critical,
}

/// A flow between two nodes, by their place in the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    /// Without an alternative: drawn thicker and red.
    pub critical: bool,
}

const W: f64 = 640.0;
const H: f64 = 304.0;
const STEPS: u32 = 220;

impl NodeKind {
    fn radius(self) -> f64 {
        match self {
            Self::Own => 12.0,
            Self::Direct => 10.0,
            Self::Further => 7.0,
            Self::Critical => 9.0,
        }
    }

    /// The shape around its own origin.
    fn shape(self) -> &'static str {
        match self {
            Self::Own => {
                "<rect class=\"node k0\" x=\"-11\" y=\"-11\" width=\"22\" height=\"22\" rx=\"5\"/>"
            }
            Self::Direct => "<circle class=\"node\" r=\"10\"/>",
            Self::Further => "<circle class=\"node k2\" r=\"7\"/>",
            Self::Critical => "<path class=\"node k3\" d=\"M0-10 10 0 0 10-10 0Z\"/>",
        }
    }
}

impl Network {
    /// Links whose ends exist.
    fn links(&self) -> impl Iterator<Item = &Link> {
        let count = self.nodes.len();
        self.links
            .iter()
            .filter(move |link| link.from < count && link.to < count && link.from != link.to)
    }

    /// Nodes push each other away, links pull together, each step less; then the whole is stretched to the drawing.
    fn layout(&self) -> Vec<(f64, f64)> {
        let mut at: Vec<(f64, f64)> = (0..self.nodes.len())
            .map(|i| {
                let turn = i as f64 * 2.4;
                let out = i as f64;
                (
                    W / 2.0 + turn.cos() * (60.0 + out * 9.0),
                    H / 2.0 + turn.sin() * (40.0 + out * 7.0),
                )
            })
            .collect();
        for step in 0..STEPS {
            let heat = 1.0 - f64::from(step) / f64::from(STEPS);
            let forces = self.forces(&at);
            for (spot, force) in at.iter_mut().zip(forces) {
                spot.0 = (spot.0 + force.0.clamp(-9.0, 9.0) * heat).clamp(40.0, W - 40.0);
                spot.1 = (spot.1 + force.1.clamp(-9.0, 9.0) * heat).clamp(24.0, H - 30.0);
            }
        }
        let stretch = |values: Vec<f64>, low: f64, high: f64| -> Vec<f64> {
            let (min, max) = values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                    (a.min(*v), b.max(*v))
                });
            let span = max - min;
            values
                .iter()
                .map(|v| {
                    if span > 1.0 {
                        low + (v - min) / span * (high - low)
                    } else {
                        f64::midpoint(low, high)
                    }
                })
                .collect()
        };
        let xs = stretch(at.iter().map(|spot| spot.0).collect(), 46.0, W - 46.0);
        let ys = stretch(at.iter().map(|spot| spot.1).collect(), 18.0, H - 34.0);
        xs.into_iter().zip(ys).collect()
    }

    fn forces(&self, at: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let mut forces = vec![(0.0, 0.0); at.len()];
        for (i, a) in at.iter().enumerate() {
            for (j, b) in at.iter().enumerate() {
                if i != j {
                    // Two nodes at one spot part along their order.
                    let dx = if (a.0 - b.0).abs() < 0.01 {
                        if i < j { -0.5 } else { 0.5 }
                    } else {
                        a.0 - b.0
                    };
                    let dy = (a.1 - b.1) * 1.25;
                    let square = (dx * dx + dy * dy).max(80.0);
                    let push = 5_200.0 / square / square.sqrt();
                    forces[i].0 += dx * push;
                    forces[i].1 += dy * push;
                }
            }
        }
        for link in self.links() {
            let (a, b) = (at[link.from], at[link.to]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy).max(1.0);
            let pull = (length - 70.0) * 0.06 / length;
            forces[link.from].0 += dx * pull;
            forces[link.from].1 += dy * pull;
            forces[link.to].0 -= dx * pull;
            forces[link.to].1 -= dy * pull;
        }
        forces
    }

    /// Names for one range of widths; our own and the critical ones come first.
    fn labels(&self, at: &[(f64, f64)], widths: (f64, f64), class: &str) -> String {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|i| match self.nodes[*i].kind {
            NodeKind::Own => 0,
            NodeKind::Critical => 1,
            NodeKind::Direct => 2,
            NodeKind::Further => 3,
        });
        let name = |i: usize| labels::fit(&self.nodes[i].name, 11.0, 120.0);
        let spots: Vec<Spot> = order
            .iter()
            .map(|i| Spot {
                x: at[*i].0 / W,
                y: at[*i].1,
                radius: self.nodes[*i].kind.radius() + 2.0,
                text: Some(labels::width(&name(*i), 11.0)),
            })
            .collect();
        let mut out = format!("<g class=\"{class}\" aria-hidden=\"true\">");
        for (i, place) in order.iter().zip(labels::place(&spots, &[], widths, H)) {
            let Some(place) = place else { continue };
            let _ = write!(
                out,
                "<text x=\"{}%\" y=\"{}%\" dx=\"{}\" dy=\"{}\" text-anchor=\"{}\">{}</text>",
                num(at[*i].0 / W * 100.0),
                num(at[*i].1 / H * 100.0),
                num(place.dx),
                num(place.dy),
                place.anchor,
                esc(&name(*i))
            );
        }
        out + "</g>"
    }
}

impl Chart for Network {
    fn svg(&self) -> Html {
        let at = self.layout();
        let texts: String = labels::SIZES
            .iter()
            .map(|(class, widths)| self.labels(&at, *widths, class))
            .collect();
        let percent = |spot: (f64, f64)| (num(spot.0 / W * 100.0), num(spot.1 / H * 100.0));
        let mut out = String::new();
        for link in self.links() {
            let ((x1, y1), (x2, y2)) = (percent(at[link.from]), percent(at[link.to]));
            let hot = if link.critical { " hot" } else { "" };
            let _ = write!(
                out,
                "<line class=\"edge{hot}\" x1=\"{x1}%\" y1=\"{y1}%\" x2=\"{x2}%\" y2=\"{y2}%\"/>"
            );
        }
        for (node, spot) in self.nodes.iter().zip(&at) {
            let (x, y) = percent(*spot);
            let shapes = format!(
                "<svg x=\"{x}%\" y=\"{y}%\" overflow=\"visible\" width=\"1\" height=\"1\">{}<circle class=\"hit\" r=\"13\"/></svg>",
                node.kind.shape()
            );
            let title = if node.role.is_empty() {
                node.name.clone()
            } else {
                format!("{}, {}", node.name, node.role)
            };
            out.push_str(&mark(&title, node.href.as_deref(), true, &shapes));
        }
        Html::trusted(format!(
            "<svg class=\"net\" role=\"group\" aria-label=\"{}\">{out}{texts}</svg>",
            esc(&self.label)
        ))
    }

    fn as_table(&self) -> DataTable {
        let rows = self.nodes.iter().enumerate().map(|(i, node)| {
            let name = |link: &Link| {
                let other = &self.nodes[if link.from == i { link.to } else { link.from }].name;
                if link.critical {
                    format!("{other} (no alternative)")
                } else {
                    other.clone()
                }
            };
            let others: Vec<String> = self
                .links()
                .filter(|link| link.from == i || link.to == i)
                .map(name)
                .collect();
            vec![
                Cell::link(&node.name, node.href.as_deref()),
                Cell::text(node.role.as_str()),
                Cell::text(others.join(", ")),
            ]
        });
        DataTable {
            caption: self.label.clone(),
            head: ["Company", "Role", "Linked with"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::labels::drawn::*;

    fn network(count: usize) -> Network {
        let node = |i: usize| Node {
            name: format!("Company {i}"),
            role: "casting".into(),
            href: Some(format!("/s/{i}")),
            ..Node::default()
        };
        let links = (1..count)
            .map(|i| Link {
                from: 0,
                to: i,
                critical: i == 1,
            })
            .collect();
        Network {
            label: "Supply network".into(),
            nodes: (0..count).map(node).collect(),
            links,
        }
    }

    #[test]
    fn the_same_data_gives_the_same_picture_within_its_frame() {
        let network = network(24);
        assert_eq!(network.svg(), network.svg());
        for (x, y) in network.layout() {
            assert!((0.0..=W).contains(&x) && (0.0..=H).contains(&y), "{x} {y}");
        }
        let page = parse(&network.to_string());
        assert_eq!(
            (
                count(&page, "line.edge"),
                count(&page, "line.hot"),
                count(&page, "a.mark")
            ),
            (23, 1, 24)
        );
        assert!(texts(&page, "tbody td")[1].contains("Company 1 (no alternative)"));
    }

    #[test]
    fn nothing_one_node_broken_links_and_hostile_text() {
        assert!(network(0).to_string().contains("nothing to draw"));
        parse(&network(1).to_string());
        let mut evil = network(3);
        evil.links.push(Link {
            from: 7,
            to: 0,
            critical: true,
        });
        evil.nodes[0].name = EVIL.into();
        evil.nodes[1].role = EVIL.into();
        evil.nodes[2].href = Some(EVIL.into());
        assert_harmless(&evil.to_string());
    }
}
