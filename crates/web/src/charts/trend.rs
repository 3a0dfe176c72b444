//! Lines over time, each labelled at its right end.

use std::fmt::Write as _;

use super::{
    Cell, Chart, DataTable, Height, Ink, Point, Unit, labels, mark, num, role, scale, small::runs,
};
use crate::kit::{Html, esc};

/// Values over a row of periods.
#[derive(Debug, Clone)]
pub struct Trend {
    /// What it shows, in a sentence: it is read aloud in place of the drawing.
    pub label: String,
    /// The periods, oldest first.
    pub periods: Vec<String>,
    pub series: Vec<Series>,
    pub unit: Unit,
    pub target: Option<f64>,
    pub height: Height,
    /// Draws the axis from nothing; off, the axis shows the range of the values.
    pub from_zero: bool,
}

/// One line. `points` match the periods one by one; a missing one leaves a gap.
#[derive(Debug, Clone, Default)]
pub struct Series {
    pub name: String,
    pub ink: Ink,
    pub points: Vec<Option<Point>>,
    /// Fills the area below the line.
    pub area: bool,
    /// For plans, forecasts and what is compared with.
    pub dashed: bool,
    /// Why values are missing, for the table: "no receipts".
    pub missing: String,
}

impl Series {
    pub fn new(name: impl Into<String>, ink: Ink, points: Vec<Option<Point>>) -> Self {
        Self {
            name: name.into(),
            ink,
            points,
            missing: "not reported".to_owned(),
            ..Self::default()
        }
    }

    fn last(&self) -> Option<&Point> {
        self.points.iter().rev().flatten().next()
    }
}

/// The room of the labels at the right end, in pixels: on a card of usual width, and on a narrow one.
const ENDS: [(&str, f64); 2] = [("at-wide", 106.0), ("at-s", 86.0)];

impl Trend {
    pub fn new(
        label: impl Into<String>,
        periods: Vec<String>,
        series: Vec<Series>,
        unit: Unit,
    ) -> Self {
        Self {
            label: label.into(),
            periods,
            series,
            unit,
            target: None,
            height: Height::default(),
            from_zero: false,
        }
    }

    fn scale(&self) -> scale::Scale {
        let points = self
            .series
            .iter()
            .flat_map(|series| series.points.iter().flatten());
        let values = points.flat_map(|point| {
            let (low, high) = point.between.unwrap_or((point.value, point.value));
            [point.value, low, high]
        });
        scale::Scale::of(values.chain(self.target), self.from_zero)
    }

    fn x(&self, i: usize) -> f64 {
        if self.periods.len() < 2 {
            50.0
        } else {
            i as f64 * 100.0 / (self.periods.len() - 1) as f64
        }
    }

    /// Band, area and line of one series, drawn on a stretched square.
    fn course(&self, series: &Series, scale: &scale::Scale) -> String {
        let mut out = String::new();
        let n = series.ink.number();
        let spot = |i: usize, value: f64| format!("{} {}", num(self.x(i)), num(scale.y(value)));
        let bounds = |pick: fn((f64, f64)) -> f64| -> Vec<Option<f64>> {
            series
                .points
                .iter()
                .map(|point| point.as_ref().and_then(|point| point.between).map(pick))
                .collect()
        };
        for (low, high) in runs(&bounds(|between| between.0))
            .iter()
            .zip(runs(&bounds(|between| between.1)))
        {
            let there = high.iter().map(|(i, value)| spot(*i, *value));
            let back = low.iter().rev().map(|(i, value)| spot(*i, *value));
            let edge: Vec<String> = there.chain(back).collect();
            let _ = write!(
                out,
                "<path class=\"band f{n}\" d=\"M{}Z\"/>",
                edge.join("L")
            );
        }
        let values: Vec<Option<f64>> = series
            .points
            .iter()
            .map(|point| point.as_ref().map(|point| point.value))
            .collect();
        for run in runs(&values) {
            let line: Vec<String> = run.iter().map(|(i, value)| spot(*i, *value)).collect();
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            if run.len() < 2 {
                continue;
            }
            let line = line.join("L");
            if series.area {
                let (a, z) = (num(self.x(first.0)), num(self.x(last.0)));
                let _ = write!(
                    out,
                    "<path class=\"ar f{n}\" d=\"M{line}L{z} 100L{a} 100Z\"/>"
                );
            }
            let dash = if series.dashed { " dash" } else { "" };
            let _ = write!(out, "<path class=\"ln s{n}{dash}\" d=\"M{line}\"/>");
        }
        format!(
            "<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\" overflow=\"visible\">{out}</svg>"
        )
    }

    /// The marks: seen at the end of the line and where a value stands alone, felt everywhere.
    fn marks(&self, series: &Series, scale: &scale::Scale) -> String {
        let n = series.ink.number();
        let end = series.points.iter().rposition(Option::is_some);
        let is_known = |i: usize| series.points.get(i).is_some_and(Option::is_some);
        let mut out = String::new();
        for (i, point) in series.points.iter().enumerate().take(self.periods.len()) {
            let Some(point) = point else { continue };
            let is_alone = !is_known(i + 1) && (i == 0 || !is_known(i - 1));
            let seen = if end == Some(i) {
                4
            } else if is_alone {
                3
            } else {
                0
            };
            let (x, y) = (num(self.x(i)), num(scale.y(point.value)));
            let shapes = format!(
                "<circle class=\"pt f{n}{}\" cx=\"{x}%\" cy=\"{y}%\" r=\"{}\"/><circle class=\"hit\" cx=\"{x}%\" cy=\"{y}%\" r=\"11\"/>",
                if seen == 0 { " quiet" } else { "" },
                if seen == 0 { 4 } else { seen }
            );
            let title = format!(
                "{}, {}: {}",
                series.name,
                self.periods[i],
                point.words(&self.unit)
            );
            out.push_str(&mark(&title, point.href.as_deref(), false, &shapes));
        }
        out
    }

    /// Names and last values at the right end, moved apart so that none covers another. One line needs no name.
    fn ends(&self, scale: &scale::Scale, room: f64) -> String {
        let area = self.height.area();
        let mut ends: Vec<(&Series, String, f64)> = Vec::new();
        for series in &self.series {
            let Some(point) = series.last() else { continue };
            let value = self.unit.write(point.value);
            let name = labels::fit(&series.name, 11.0, room - labels::width(&value, 11.0) - 4.0);
            let text = if self.series.len() == 1 {
                value
            } else {
                format!("{name} {value}")
            };
            ends.push((series, text, scale.y(point.value) / 100.0 * area));
        }
        ends.sort_by(|a, b| a.2.total_cmp(&b.2));
        let spread = labels::spread(
            &ends.iter().map(|end| end.2).collect::<Vec<_>>(),
            16.0,
            area,
        );
        let mut out = String::new();
        for ((series, text, _), y) in ends.iter().zip(&spread) {
            let n = series.ink.number();
            let (y, text) = (num(*y), esc(text));
            let _ = write!(
                out,
                "<text class=\"lbl f{n}\" x=\"10\" y=\"{y}\" dy=\"0.32em\">{text}</text>"
            );
        }
        if let Some(target) = self.target {
            let y = scale.y(target) / 100.0 * area;
            if spread.iter().all(|taken| (taken - y).abs() >= 13.0) {
                let text = labels::fit(&format!("Target {}", self.unit.write(target)), 11.0, room);
                let _ = write!(
                    out,
                    "<text x=\"10\" y=\"{}\" dy=\"0.32em\">{}</text>",
                    num(y),
                    esc(&text)
                );
            }
        }
        out
    }
}

impl Chart for Trend {
    fn svg(&self) -> Html {
        let scale = self.scale();
        let mut ticks = String::new();
        let mut area = String::new();
        for (i, tick) in scale.ticks().into_iter().enumerate() {
            let y = num(scale.y(tick));
            let text = esc(&self.unit.write_tick(tick, scale.step));
            let _ = write!(
                ticks,
                "<text x=\"100%\" dx=\"-8\" y=\"{y}%\" dy=\"0.32em\" text-anchor=\"end\">{text}</text>"
            );
            let base = if i == 0 { " base" } else { "" };
            let _ = write!(
                area,
                "<line class=\"gl{base}\" x1=\"0\" x2=\"100%\" y1=\"{y}%\" y2=\"{y}%\"/>"
            );
        }
        if let Some(target) = self.target {
            let y = num(scale.y(target));
            let _ = write!(
                area,
                "<line class=\"tgt\" x1=\"0\" x2=\"100%\" y1=\"{y}%\" y2=\"{y}%\"/>"
            );
        }
        for series in &self.series {
            area.push_str(&self.course(series, &scale));
        }
        for series in &self.series {
            area.push_str(&self.marks(series, &scale));
        }
        let has_links = self.series.iter().any(|series| {
            series
                .points
                .iter()
                .flatten()
                .any(|point| point.href.is_some())
        });
        let mut ends = String::new();
        for (class, room) in ENDS {
            let _ = write!(ends, "<g class=\"{class}\">{}</g>", self.ends(&scale, room));
        }
        Html::trusted(format!(
            "<div class=\"plot {}\" {}><svg class=\"ax-y\" aria-hidden=\"true\">{ticks}</svg><svg class=\"area\">{area}</svg>\
             <svg class=\"ends\" aria-hidden=\"true\">{}</svg>{}</div>",
            self.height.class(),
            role(has_links, &self.label),
            ends,
            period_axis(&self.periods, |i| self.x(i), true)
        ))
    }

    fn as_table(&self) -> DataTable {
        let names = self.series.iter().map(|series| series.name.clone());
        let rows = self.periods.iter().enumerate().map(|(i, period)| {
            let values = self.series.iter().map(|series| {
                match series.points.get(i).and_then(Option::as_ref) {
                    Some(point) => Cell::link(&point.words(&self.unit), point.href.as_deref()),
                    None => Cell::missing(&series.missing),
                }
            });
            std::iter::once(Cell::text(period)).chain(values).collect()
        });
        let has_values = self.series.iter().any(|series| series.last().is_some());
        DataTable {
            caption: self.label.clone(),
            head: std::iter::once("Period".to_owned()).chain(names).collect(),
            rows: if has_values {
                rows.collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// The periods below a plot, as many as fit.
pub(super) fn period_axis(periods: &[String], x: impl Fn(usize) -> f64, to_edges: bool) -> String {
    let mut out = String::from("<svg class=\"ax-x\" aria-hidden=\"true\">");
    let last = periods.len().saturating_sub(1);
    for (i, is_extra) in scale::thinned(periods.len()) {
        let anchor = match i {
            _ if last == 0 || !to_edges => "middle",
            0 => "start",
            _ if i == last => "end",
            _ => "middle",
        };
        let class = if is_extra { " class=\"alt\"" } else { "" };
        let text = esc(&periods[i]);
        let _ = write!(
            out,
            "<text{class} x=\"{}%\" y=\"1rem\" text-anchor=\"{anchor}\">{text}</text>",
            num(x(i))
        );
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::labels::drawn::*, kit::Locale};

    fn trend(values: &[Option<f64>]) -> Trend {
        let periods = (0..values.len()).map(|i| format!("M{i}")).collect();
        let points = values
            .iter()
            .map(|value| value.and_then(Point::of))
            .collect();
        Trend::new(
            "On time",
            periods,
            vec![Series::new("Norrfjord", Ink::One, points)],
            Unit::share(1, Locale::EnGb),
        )
    }

    #[test]
    fn a_missing_month_breaks_the_line_and_shows_in_the_table_with_its_reason() {
        let mut trend = trend(&[Some(0.9), Some(0.92), None, Some(0.91), Some(0.95)]);
        trend.series[0].missing = "no receipts".to_owned();
        let page = parse(&trend.to_string());
        let line = attributes(&page, "path.ln", "d");
        assert_eq!(line.len(), 2, "{line:?}");
        assert_eq!(count(&page, ".mark"), 4);
        let cells = texts(&page, "tbody tr:nth-child(3) td");
        assert!(
            cells[0].contains("no receipts") && !cells[0].contains('0'),
            "{cells:?}"
        );
    }

    #[test]
    fn intervals_are_bands_and_links_lead_to_the_records() {
        let mut trend = trend(&[Some(0.9), Some(0.92)]);
        for point in trend.series[0].points.iter_mut().flatten() {
            *point = point
                .clone()
                .between(0.8, 0.97)
                .href("/lines?month=1")
                .note("38 order lines");
        }
        let page = parse(&trend.to_string());
        assert_eq!(count(&page, "path.band"), 1);
        assert_eq!(count(&page, ".area a.mark[href='/lines?month=1']"), 2);
        assert_eq!(
            count(&page, "table a"),
            2,
            "the keyboard reaches the records through the table"
        );
        assert!(texts(&page, ".mark title")[0].contains("likely 80.0% to 97.0%, 38 order lines"));
        assert_eq!(count(&page, ".plot[role=group]"), 1);
    }

    #[test]
    fn nothing_one_point_and_hostile_text_are_drawn_safely() {
        assert!(trend(&[]).to_string().contains("nothing to draw"));
        assert!(trend(&[None, None]).to_string().contains("nothing to draw"));
        let page = parse(&trend(&[Some(0.9)]).to_string());
        assert_eq!((count(&page, "path.ln"), count(&page, ".pt")), (0, 1));
        let mut evil = trend(&[Some(0.9), Some(0.8)]);
        evil.series[0].name = EVIL.to_owned();
        evil.periods[0] = EVIL.to_owned();
        evil.label = EVIL.to_owned();
        assert_harmless(&evil.to_string());
        assert!(Point::of(f64::NAN).is_none() && Point::of(f64::INFINITY).is_none());
    }

    #[test]
    fn labels_at_the_end_keep_their_distance() {
        let same = |name: &str| Series::new(name, Ink::Two, vec![Point::of(80.0), Point::of(81.0)]);
        let series = ["A", "B", "C", "D"].map(same).to_vec();
        let trend = Trend::new(
            "Scores",
            vec!["Q1".into(), "Q2".into()],
            series,
            Unit::number(1, Locale::EnGb),
        );
        let page = parse(&trend.to_string());
        let mut ys: Vec<f64> = attributes(&page, ".ends .at-s .lbl", "y")
            .iter()
            .map(|y| y.parse().unwrap())
            .collect();
        ys.sort_by(f64::total_cmp);
        assert!(
            ys.windows(2).all(|pair| pair[1] - pair[0] >= 15.9),
            "{ys:?}"
        );
        assert!(ys.iter().all(|y| (0.0..=198.0).contains(y)), "{ys:?}");
    }
}
