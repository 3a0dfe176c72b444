//! A scorecard's dimensions around a circle: now, before, and the peers' median.

use std::f64::consts::PI;
use std::fmt::Write as _;

use super::{Cell, Chart, DataTable, legend, mark, num, role};
use crate::kit::{Html, Locale, esc, format::number};

/// Scores from 0 to 100 on at least three axes; with fewer only the table is shown.
#[derive(Debug, Clone, Default)]
pub struct Radar {
    /// What it shows, in a sentence.
    pub label: String,
    pub axes: Vec<Axis>,
    /// What "now" and "before" are: "Q3 2026", "Q3 2025".
    pub now: String,
    pub before: Option<String>,
    pub median: Option<String>,
    /// The score at the centre; axes begin there so that differences show.
    pub from: f64,
    pub locale: Locale,
}

/// One dimension. A missing score leaves the line open there.
#[derive(Debug, Clone, Default)]
pub struct Axis {
    pub name: String,
    pub now: Option<f64>,
    pub before: Option<f64>,
    pub median: Option<f64>,
    pub href: Option<String>,
    /// Why the score is missing.
    pub missing: String,
}

const CX: f64 = 165.0;
const CY: f64 = 134.0;
const R: f64 = 86.0;

impl Radar {
    fn angle(&self, i: usize) -> f64 {
        PI * 2.0 * i as f64 / self.axes.len() as f64 - PI / 2.0
    }

    fn at(&self, i: usize, score: f64) -> (f64, f64) {
        let from = if self.from.is_finite() {
            self.from.clamp(0.0, 90.0)
        } else {
            0.0
        };
        let reach = ((score - from) / (100.0 - from)).max(0.0) * R;
        (
            CX + self.angle(i).cos() * reach,
            CY + self.angle(i).sin() * reach,
        )
    }

    /// The outline of a set of scores: closed where all are known, otherwise lines between known neighbours.
    fn outline(&self, class: &str, pick: fn(&Axis) -> Option<f64>) -> String {
        let scores: Vec<Option<f64>> = self.axes.iter().map(|axis| known(pick(axis))).collect();
        let spot = |i: usize, score: f64| {
            let (x, y) = self.at(i, score);
            format!("{},{}", num(x), num(y))
        };
        if scores.iter().all(Option::is_some) {
            let points: Vec<String> = scores
                .iter()
                .enumerate()
                .filter_map(|(i, score)| score.map(|score| spot(i, score)))
                .collect();
            return format!(
                "<polygon class=\"{class}\" points=\"{}\"/>",
                points.join(" ")
            );
        }
        let mut out = String::new();
        for i in 0..scores.len() {
            let next = (i + 1) % scores.len();
            if let (Some(a), Some(b)) = (scores[i], scores[next]) {
                let _ = write!(
                    out,
                    "<polyline class=\"{class} open\" points=\"{} {}\"/>",
                    spot(i, a),
                    spot(next, b)
                );
            }
        }
        out
    }

    fn grid(&self) -> String {
        let from = if self.from.is_finite() {
            self.from.clamp(0.0, 90.0)
        } else {
            0.0
        };
        let mut out = String::new();
        for ring in 0..=3_u8 {
            let score = from + (100.0 - from) * f64::from(ring) / 3.0;
            let points: Vec<String> = (0..self.axes.len())
                .map(|i| {
                    let (x, y) = self.at(i, score);
                    format!("{},{}", num(x), num(y))
                })
                .collect();
            let _ = write!(
                out,
                "<polygon class=\"ring\" points=\"{}\"/>",
                points.join(" ")
            );
            if ring > 0 {
                let y = num(self.at(0, score).1 + 10.0);
                let text = number(score, 0, self.locale);
                let _ = write!(
                    out,
                    "<text class=\"tk\" x=\"{}\" y=\"{y}\">{text}</text>",
                    CX + 4.0
                );
            }
        }
        for i in 0..self.axes.len() {
            let (x, y) = self.at(i, 100.0);
            let _ = write!(
                out,
                "<line class=\"spoke\" x1=\"{CX}\" y1=\"{CY}\" x2=\"{}\" y2=\"{}\"/>",
                num(x),
                num(y)
            );
        }
        out
    }

    fn axis(&self, i: usize) -> String {
        let axis = &self.axes[i];
        let reach = self.at(i, 100.0 + (100.0 - self.from.clamp(0.0, 90.0)) * 0.23);
        let turn = self.angle(i).cos();
        let (anchor, x) = if turn.abs() < 0.2 {
            ("middle", reach.0)
        } else if turn > 0.0 {
            ("start", reach.0 - 12.0)
        } else {
            ("end", reach.0 + 12.0)
        };
        let room = match anchor {
            "start" => 365.0 - x,
            "end" => x + 35.0,
            _ => 200.0,
        };
        let name = super::labels::fit(&axis.name, 14.0, room);
        let now = known(axis.now);
        let value = now.map_or_else(|| "–".to_owned(), |now| number(now, 0, self.locale));
        // The texts stand outside the link, whose name says more than they do.
        let texts = format!(
            "<g aria-hidden=\"true\"><text x=\"{0}\" y=\"{1}\" text-anchor=\"{anchor}\">{2}</text>\
             <text class=\"val\" x=\"{0}\" y=\"{3}\" text-anchor=\"{anchor}\">{value}</text></g>",
            num(x),
            num(reach.1 - 3.0),
            esc(&name),
            num(reach.1 + 12.0)
        );
        let Some(now) = now else { return texts };
        let (x, y) = self.at(i, now);
        let shapes = format!(
            "<circle class=\"dot\" cx=\"{0}\" cy=\"{1}\" r=\"3.5\"/><circle class=\"hit\" cx=\"{0}\" cy=\"{1}\" r=\"12\"/>",
            num(x),
            num(y)
        );
        texts + &mark(&self.title(axis), axis.href.as_deref(), true, &shapes)
    }

    fn title(&self, axis: &Axis) -> String {
        let write = |score: Option<f64>| known(score).map(|score| number(score, 1, self.locale));
        let now = write(axis.now).unwrap_or_else(|| axis.missing.clone());
        let mut title = format!("{}: {now}", axis.name);
        for (score, whose) in [(axis.before, &self.before), (axis.median, &self.median)] {
            if let (Some(score), Some(whose)) = (write(score), whose) {
                let _ = write!(title, ", {whose} {score}");
            }
        }
        title
    }

    fn legend(&self) -> Html {
        let line = |class: &str| {
            Html::trusted(format!(
                "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><line class=\"{class}\" x1=\"0\" x2=\"12\" y1=\"6\" y2=\"6\"/></svg>"
            ))
        };
        let mut items = vec![(line("ln s1"), self.now.as_str())];
        if let Some(before) = &self.before {
            items.push((line("ln s6 dash"), before));
        }
        if let Some(median) = &self.median {
            items.push((line("ln s3 dots-line"), median));
        }
        legend(&items)
    }
}

/// A score that is a number.
fn known(score: Option<f64>) -> Option<f64> {
    score.filter(|score| score.is_finite())
}

impl Chart for Radar {
    fn svg(&self) -> Html {
        if self.axes.len() < 3 {
            return Html::default();
        }
        let mut out = self.grid();
        if self.before.is_some() {
            out.push_str(&self.outline("was", |axis| axis.before));
        }
        if self.median.is_some() {
            out.push_str(&self.outline("med", |axis| axis.median));
        }
        out.push_str(&self.outline("now", |axis| axis.now));
        for i in 0..self.axes.len() {
            out.push_str(&self.axis(i));
        }
        Html::trusted(format!(
            "<svg class=\"radar\" viewBox=\"-30 0 390 270\" {}>{out}</svg>{}",
            role(
                self.axes.iter().any(|axis| axis.href.is_some()),
                &self.label
            ),
            self.legend()
        ))
    }

    fn as_table(&self) -> DataTable {
        let mut head = vec!["Dimension".to_owned(), self.now.clone()];
        head.extend(self.before.clone());
        head.extend(self.median.clone());
        let write = |score: Option<f64>, reason: &str| match score.filter(|score| score.is_finite())
        {
            Some(score) => Cell::text(number(score, 1, self.locale)),
            None => Cell::missing(if reason.is_empty() {
                "not reported"
            } else {
                reason
            }),
        };
        let rows = self.axes.iter().map(|axis| {
            let mut row = vec![
                Cell::link(&axis.name, axis.href.as_deref()),
                write(axis.now, &axis.missing),
            ];
            if self.before.is_some() {
                row.push(write(axis.before, ""));
            }
            if self.median.is_some() {
                row.push(write(axis.median, ""));
            }
            row
        });
        DataTable {
            caption: self.label.clone(),
            head,
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::labels::drawn::*;

    fn radar(scores: &[Option<f64>]) -> Radar {
        let axis = |(i, now): (usize, &Option<f64>)| Axis {
            name: format!("Dimension {i}"),
            now: *now,
            before: Some(70.0),
            missing: "too few order lines".into(),
            ..Axis::default()
        };
        Radar {
            label: "Scorecard".into(),
            axes: scores.iter().enumerate().map(axis).collect(),
            now: "Q3 2026".into(),
            before: Some("Q3 2025".into()),
            from: 40.0,
            ..Radar::default()
        }
    }

    #[test]
    fn a_missing_dimension_leaves_the_outline_open() {
        let whole = parse(&radar(&[Some(91.0), Some(88.0), Some(78.0), Some(92.0)]).to_string());
        assert_eq!(
            (count(&whole, "polygon.now"), count(&whole, "polyline.now")),
            (1, 0)
        );
        let open = parse(&radar(&[Some(91.0), None, Some(78.0), Some(92.0)]).to_string());
        assert_eq!(
            (count(&open, "polygon.now"), count(&open, "polyline.now")),
            (0, 2)
        );
        assert_eq!(count(&open, ".dot"), 3);
        assert!(texts(&open, "tbody td")[2].contains("too few order lines"));
    }

    #[test]
    fn fewer_than_three_dimensions_are_a_table_and_hostile_text_is_text() {
        for scores in [vec![], vec![Some(80.0)], vec![Some(80.0), Some(f64::NAN)]] {
            assert_eq!(count(&parse(&radar(&scores).to_string()), "svg.radar"), 0);
        }
        let mut evil = radar(&[Some(91.0), None, Some(f64::NAN)]);
        evil.axes[0].name = EVIL.into();
        evil.axes[0].href = Some(EVIL.into());
        evil.axes[1].missing = EVIL.into();
        evil.label = EVIL.into();
        evil.now = EVIL.into();
        assert_harmless(&evil.to_string());
    }
}
