//! The bubble matrix: suppliers by supply risk and impact on the business, in four quadrants.

use std::fmt::Write as _;

use super::{
    Cell, Chart, DataTable, Height, labels,
    labels::{Corner, Spot},
    legend, mark, num,
};
use crate::kit::{Html, Locale, esc, format::number};

/// Points from 0 to 100 on both axes, sized by weight.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// What it shows, in a sentence.
    pub label: String,
    pub x_axis: String,
    pub y_axis: String,
    /// Where the quadrants meet, on both axes.
    pub split: (f64, f64),
    /// Bottom left, top left, bottom right, top right; by Kraljic: routine, leverage, bottleneck, strategic.
    pub quadrants: [String; 4],
    pub bubbles: Vec<Bubble>,
    /// What each kind stands for; listed below the drawing.
    pub kinds: Vec<(Kind, String)>,
    pub height: Height,
    pub locale: Locale,
}

/// One supplier on the matrix.
#[derive(Debug, Clone)]
pub struct Bubble {
    x: f64,
    y: f64,
    weight: f64,
    pub name: String,
    /// What is written beside the bubble where there is room; usually the name without its legal form.
    pub short: String,
    pub kind: Kind,
    /// What the bubble's size stands for, in words: "€4.82m a year".
    pub weight_text: String,
    /// A ring around the bubble, and why: "high risk open".
    pub ring: Option<String>,
    /// Higher ones get their label first; 0 asks for none.
    pub priority: u8,
    pub href: Option<String>,
}

/// How a bubble is filled: kinds differ in pattern as well as in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Kind {
    /// Filled.
    #[default]
    Solid,
    /// Filled, with a hole.
    Ringed,
    /// An outline.
    Hollow,
    /// A dashed outline.
    Dashed,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Solid => "k-solid",
            Self::Ringed => "k-ringed",
            Self::Hollow => "k-hollow",
            Self::Dashed => "k-dashed",
        }
    }
}

impl Bubble {
    /// A bubble, where position and weight are numbers; positions beyond the axes are brought to their ends.
    pub fn new(name: impl Into<String>, x: f64, y: f64, weight: f64) -> Option<Self> {
        let name = name.into();
        [x, y, weight]
            .iter()
            .all(|value| value.is_finite())
            .then(|| Self {
                x: x.clamp(0.0, 100.0),
                y: y.clamp(0.0, 100.0),
                weight: weight.max(0.0),
                short: name.clone(),
                name,
                kind: Kind::default(),
                weight_text: String::new(),
                ring: None,
                priority: 1,
                href: None,
            })
    }
}

impl Matrix {
    /// The Kraljic matrix with its usual names; quadrants meet in the middle.
    pub fn kraljic(bubbles: Vec<Bubble>, locale: Locale) -> Self {
        Self {
            label: "Suppliers by supply risk and impact on the business".to_owned(),
            x_axis: "Supply risk".to_owned(),
            y_axis: "Impact on the business".to_owned(),
            split: (50.0, 50.0),
            quadrants: ["Routine", "Leverage", "Bottleneck", "Strategic"].map(str::to_owned),
            bubbles,
            kinds: Vec::new(),
            height: Height::H320,
            locale,
        }
    }

    fn radius(bubble: &Bubble, largest: f64) -> f64 {
        if largest <= 0.0 {
            7.0
        } else {
            6.0 + (bubble.weight / largest).sqrt() * 19.0
        }
    }

    fn quadrants(&self) -> String {
        let (x, y) = (
            across(self.split.0.clamp(10.0, 90.0)),
            down(self.split.1.clamp(10.0, 90.0)),
        );
        let rect = |class: &str, left: f64, top: f64, wide: f64, tall: f64| {
            format!(
                "<rect class=\"quad{class}\" x=\"{}%\" y=\"{}%\" width=\"{}%\" height=\"{}%\" rx=\"6\"/>",
                num(left),
                num(top),
                num(wide),
                num(tall)
            )
        };
        let name = |text: &str, x: &str, y: &str, dx: i8, dy: i8, anchor: &str| {
            format!(
                "<text class=\"qname\" x=\"{x}\" y=\"{y}\" dx=\"{dx}\" dy=\"{dy}\" text-anchor=\"{anchor}\">{}</text>",
                esc(text)
            )
        };
        [
            rect("", 0.0, 0.0, x - 0.3, y - 0.4),
            rect(" q-str", x + 0.3, 0.0, 99.7 - x, y - 0.4),
            rect("", 0.0, y + 0.4, x - 0.3, 99.6 - y),
            rect("", x + 0.3, y + 0.4, 99.7 - x, 99.6 - y),
            name(&self.quadrants[1], "0", "0", 12, 21, "start"),
            name(&self.quadrants[3], "100%", "0", -12, 21, "end"),
            name(&self.quadrants[0], "0", "100%", 12, -12, "start"),
            name(&self.quadrants[2], "100%", "100%", -12, -12, "end"),
        ]
        .concat()
    }

    /// The quadrants' names, which labels must not cover.
    fn corners(&self) -> [Corner; 4] {
        let corner = |i: usize, x: f64, y: f64| Corner {
            x,
            y,
            text: labels::width(&self.quadrants[i], 12.0) + 4.0,
            below: y == 0.0,
            to_left: x == 1.0,
        };
        [
            corner(1, 0.0, 0.0),
            corner(3, 1.0, 0.0),
            corner(0, 0.0, 1.0),
            corner(2, 1.0, 1.0),
        ]
    }

    fn bubble(&self, bubble: &Bubble, radius: f64) -> String {
        let (x, y) = (num(across(bubble.x)), num(down(bubble.y)));
        let mut shapes = String::new();
        if bubble.ring.is_some() {
            let _ = write!(
                shapes,
                "<circle class=\"bub-ring\" cx=\"{x}%\" cy=\"{y}%\" r=\"{}\"/>",
                num(radius + 3.0)
            );
        }
        let class = bubble.kind.class();
        let _ = write!(
            shapes,
            "<circle class=\"bub {class}\" cx=\"{x}%\" cy=\"{y}%\" r=\"{}\"/>",
            num(radius)
        );
        if bubble.kind == Kind::Ringed {
            let _ = write!(
                shapes,
                "<circle class=\"bub-core\" cx=\"{x}%\" cy=\"{y}%\" r=\"{}\"/>",
                num(radius * 0.36)
            );
        }
        if radius < 12.0 {
            let _ = write!(
                shapes,
                "<circle class=\"hit\" cx=\"{x}%\" cy=\"{y}%\" r=\"12\"/>"
            );
        }
        mark(&self.title(bubble), bubble.href.as_deref(), true, &shapes)
    }

    fn title(&self, bubble: &Bubble) -> String {
        let mut title = bubble.name.clone();
        if !bubble.weight_text.is_empty() {
            let _ = write!(title, ", {}", bubble.weight_text);
        }
        let at = |value: f64| number(value, 0, self.locale);
        let _ = write!(
            title,
            ", {} {}, {} {}",
            self.x_axis.to_lowercase(),
            at(bubble.x),
            self.y_axis.to_lowercase(),
            at(bubble.y)
        );
        if let Some(ring) = &bubble.ring {
            let _ = write!(title, ", {ring}");
        }
        title
    }

    /// Labels for one range of widths, in a group that shows only there.
    fn labels(&self, drawn: &[(&Bubble, f64)], widths: (f64, f64), class: &str) -> String {
        let height = self.height.area();
        let mut order: Vec<usize> = (0..drawn.len()).collect();
        order.sort_by(|a, b| {
            drawn[*b]
                .0
                .priority
                .cmp(&drawn[*a].0.priority)
                .then(drawn[*b].1.total_cmp(&drawn[*a].1))
        });
        let spots: Vec<Spot> = order
            .iter()
            .map(|i| {
                let (bubble, radius) = drawn[*i];
                let ring = if bubble.ring.is_some() { 4.0 } else { 0.0 };
                Spot {
                    x: across(bubble.x) / 100.0,
                    y: down(bubble.y) / 100.0 * height,
                    radius: radius + ring,
                    text: (bubble.priority > 0)
                        .then(|| labels::width(&labels::fit(&bubble.short, 11.5, 120.0), 11.5)),
                }
            })
            .collect();
        let places = labels::place(&spots, &self.corners(), widths, height);
        let mut out = format!("<g class=\"{class}\" aria-hidden=\"true\">");
        for (i, place) in order.iter().zip(places) {
            let Some(place) = place else { continue };
            let bubble = drawn[*i].0;
            let strong = if bubble.priority > 1 {
                "lbl-strong"
            } else {
                "lbl"
            };
            let _ = write!(
                out,
                "<text class=\"{strong}\" x=\"{}%\" y=\"{}%\" dx=\"{}\" dy=\"{}\" text-anchor=\"{}\">{}</text>",
                num(across(bubble.x)),
                num(down(bubble.y)),
                num(place.dx),
                num(place.dy),
                place.anchor,
                esc(&labels::fit(&bubble.short, 11.5, 120.0))
            );
        }
        out + "</g>"
    }

    fn legend(&self) -> Html {
        let rings = self
            .bubbles
            .iter()
            .filter_map(|bubble| bubble.ring.as_deref());
        let mut rings: Vec<&str> = rings.collect();
        rings.sort_unstable();
        rings.dedup();
        let mut items: Vec<(Html, &str)> = Vec::new();
        for (kind, text) in &self.kinds {
            let core = if *kind == Kind::Ringed {
                "<circle class=\"bub-core\" cx=\"6\" cy=\"6\" r=\"2\"/>"
            } else {
                ""
            };
            let drawing = format!(
                "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle class=\"bub {}\" cx=\"6\" cy=\"6\" r=\"5.5\"/>{core}</svg>",
                kind.class()
            );
            items.push((Html::trusted(drawing), text));
        }
        let ring = "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle class=\"bub-ring\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>";
        if let [only] = rings[..] {
            items.push((Html::trusted(ring.to_owned()), only));
        }
        if items.is_empty() {
            Html::default()
        } else {
            legend(&items)
        }
    }
}

/// Where a value lies, in percent from the left: the ends of the axis keep off the edge, so that bubbles stay inside.
fn across(value: f64) -> f64 {
    4.0 + value * 0.92
}

/// Where a value lies, in percent from the top.
fn down(value: f64) -> f64 {
    94.0 - value * 0.88
}

impl Chart for Matrix {
    fn svg(&self) -> Html {
        let largest = self
            .bubbles
            .iter()
            .map(|bubble| bubble.weight)
            .fold(0.0, f64::max);
        let mut drawn: Vec<(&Bubble, f64)> = self
            .bubbles
            .iter()
            .map(|bubble| (bubble, Self::radius(bubble, largest)))
            .collect();
        // The largest first, so that a small one is never hidden below.
        drawn.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
        let bubbles: String = drawn
            .iter()
            .map(|(bubble, radius)| self.bubble(bubble, *radius))
            .collect();
        let texts: String = labels::SIZES
            .iter()
            .map(|(class, widths)| self.labels(&drawn, *widths, class))
            .collect();
        Html::trusted(format!(
            "<div class=\"plot no-ends matrix {}\"><svg class=\"ax-y\" aria-hidden=\"true\"><text x=\"1.1rem\" y=\"50%\" text-anchor=\"middle\" class=\"rot\">{}</text></svg>\
             <svg class=\"area\" role=\"group\" aria-label=\"{}\">{}{bubbles}{texts}</svg>\
             <svg class=\"ax-x\" aria-hidden=\"true\"><text x=\"50%\" y=\"1.1rem\" text-anchor=\"middle\">{}</text></svg></div>{}",
            self.height.class(),
            esc(&self.y_axis),
            esc(&self.label),
            self.quadrants(),
            esc(&self.x_axis),
            self.legend()
        ))
    }

    fn as_table(&self) -> DataTable {
        let mut bubbles: Vec<&Bubble> = self.bubbles.iter().collect();
        bubbles.sort_by(|a, b| {
            b.weight
                .total_cmp(&a.weight)
                .then_with(|| a.name.cmp(&b.name))
        });
        let kind_of = |kind: Kind| {
            self.kinds
                .iter()
                .find(|(known, _)| *known == kind)
                .map_or("", |(_, text)| text.as_str())
        };
        let rows = bubbles.iter().map(|bubble| {
            vec![
                Cell::link(&bubble.name, bubble.href.as_deref()),
                Cell::text(kind_of(bubble.kind)),
                Cell::text(number(bubble.x, 0, self.locale)),
                Cell::text(number(bubble.y, 0, self.locale)),
                Cell::text(bubble.weight_text.as_str()),
                Cell::text(bubble.ring.as_deref().unwrap_or_default()),
            ]
        });
        DataTable {
            caption: self.label.clone(),
            head: [
                "Supplier",
                "Kind",
                &self.x_axis,
                &self.y_axis,
                "Weight",
                "Marked",
            ]
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

    fn matrix(count: u32) -> Matrix {
        let bubbles = (0..count).filter_map(|i| {
            let (x, y) = (f64::from(i * 37 % 100), f64::from(i * 53 % 100));
            let mut bubble = Bubble::new(format!("Supplier {i}"), x, y, f64::from(i * i))?;
            bubble.href = Some(format!("/suppliers/{i}"));
            bubble.kind = if i % 2 == 0 {
                Kind::Solid
            } else {
                Kind::Ringed
            };
            Some(bubble)
        });
        let mut matrix = Matrix::kraljic(bubbles.collect(), Locale::EnGb);
        matrix.kinds = vec![
            (Kind::Solid, "Strategic".into()),
            (Kind::Ringed, "Leverage".into()),
        ];
        matrix
    }

    #[test]
    fn every_bubble_is_a_link_with_a_title_and_a_row() {
        let page = parse(&matrix(30).to_string());
        assert_eq!(count(&page, ".area a.mark[href]"), 30);
        assert_eq!(count(&page, ".area a.mark > title"), 30);
        assert_eq!(count(&page, "tbody tr"), 30);
        assert_eq!(
            count(&page, ".bub-core"),
            15 + 1,
            "kinds differ in pattern, also in the legend"
        );
        let [wide, middle, narrow] =
            [".at-l text", ".at-m text", ".at-s text"].map(|labels| count(&page, labels));
        assert!(
            wide > middle && middle > narrow && narrow > 0,
            "fewer labels where there is less room: {wide} {middle} {narrow}"
        );
    }

    #[test]
    fn nothing_one_bubble_equal_weights_and_hostile_text() {
        assert!(matrix(0).to_string().contains("nothing to draw"));
        assert_eq!(
            count(&parse(&matrix(1).to_string()), ".bub.k-solid"),
            2,
            "the bubble and its legend"
        );
        assert!(Bubble::new("x", f64::NAN, 1.0, 1.0).is_none());
        let mut evil = matrix(3);
        evil.bubbles[0].name = EVIL.into();
        evil.bubbles[0].short = EVIL.into();
        evil.bubbles[0].href = Some(EVIL.into());
        evil.bubbles[1].ring = Some(EVIL.into());
        evil.quadrants[0] = EVIL.into();
        evil.x_axis = EVIL.into();
        evil.kinds[0].1 = EVIL.into();
        assert_harmless(&evil.to_string());
    }
}
