//! Columns over periods: quantities, counts, forecasts with their likely range.

use std::fmt::Write as _;

use super::{
    Cell, Chart, DataTable, Height, Ink, Point, Unit, labels, mark, num, role, scale::Scale,
    trend::period_axis,
};
use crate::kit::{Html, esc};

/// Columns from a common base line.
#[derive(Debug, Clone)]
pub struct Columns {
    /// What it shows, in a sentence.
    pub label: String,
    pub columns: Vec<Column>,
    pub unit: Unit,
    pub target: Option<f64>,
    pub height: Height,
    /// Why values are missing, for the table.
    pub missing: String,
}

/// One column. An interval is drawn as a thin line with its column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    pub name: String,
    pub point: Option<Point>,
    pub ink: Ink,
    /// Drawn lighter: a forecast, not a firm figure. The note should say so in words.
    pub soft: bool,
}

impl Column {
    pub fn new(name: impl Into<String>, point: Option<Point>) -> Self {
        Self {
            name: name.into(),
            point,
            ..Self::default()
        }
    }
}

impl Columns {
    pub fn new(label: impl Into<String>, columns: Vec<Column>, unit: Unit) -> Self {
        Self {
            label: label.into(),
            columns,
            unit,
            target: None,
            height: Height::H190,
            missing: "not reported".to_owned(),
        }
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.columns
            .iter()
            .filter_map(|column| column.point.as_ref())
    }

    /// Whether the figures fit above their columns: on every card, on all but narrow ones, or nowhere.
    fn text_class(&self) -> Option<&'static str> {
        let widest = self
            .points()
            .map(|point| labels::width(&self.unit.write(point.value), 11.0))
            .fold(0.0, f64::max);
        let fits = |width: f64| widest + 4.0 <= width / self.columns.len() as f64;
        match (fits(250.0), fits(420.0)) {
            (true, _) => Some(""),
            (false, true) => Some(" alt"),
            (false, false) => None,
        }
    }

    fn column(&self, i: usize, scale: &Scale, alt: Option<&str>) -> String {
        let column = &self.columns[i];
        let Some(point) = &column.point else {
            return String::new();
        };
        let pitch = 100.0 / self.columns.len() as f64;
        let middle = num(pitch * (i as f64 + 0.5));
        let (top, base) = (scale.y(point.value.max(0.0)), scale.y(point.value.min(0.0)));
        // A value of nothing is drawn as a hair line, a missing one not at all.
        let tall = (base - top).max(0.6);
        let mut shapes = format!(
            "<rect class=\"bar f{}{}\" x=\"{}%\" y=\"{}%\" width=\"{}%\" height=\"{}%\" rx=\"3\"/>",
            column.ink.number(),
            if column.soft { " soft" } else { "" },
            num(pitch * (i as f64 + 0.26)),
            num(top),
            num(pitch * 0.48),
            num(tall)
        );
        let mut above = top;
        if let Some((low, high)) = point.between {
            above = above.min(scale.y(high));
            let _ = write!(
                shapes,
                "<line class=\"bar-range\" x1=\"{middle}%\" x2=\"{middle}%\" y1=\"{}%\" y2=\"{}%\"/>",
                num(scale.y(high)),
                num(scale.y(low))
            );
        }
        let text = self.unit.write(point.value);
        let mut label = String::new();
        if let Some(alt) = alt {
            label = format!(
                "<text class=\"lbl{alt}\" x=\"{middle}%\" y=\"{}%\" dy=\"-6\" text-anchor=\"middle\" aria-hidden=\"true\">{}</text>",
                num(above),
                esc(&text)
            );
        }
        let title = format!("{}: {}", column.name, point.words(&self.unit));
        mark(
            &title,
            point.href.as_deref(),
            self.columns.len() <= 12,
            &shapes,
        ) + &label
    }
}

impl Chart for Columns {
    fn svg(&self) -> Html {
        let values = self.points().flat_map(|point| {
            let (low, high) = point.between.unwrap_or((point.value, point.value));
            [point.value, low, high]
        });
        let mut scale = Scale::of(values.chain(self.target), true);
        // Room for the figures above the tallest column.
        scale.high += (scale.high - scale.low) * 0.1;
        let base = num(scale.y(0.0));
        let mut area =
            format!("<line class=\"gl base\" x1=\"0\" x2=\"100%\" y1=\"{base}%\" y2=\"{base}%\"/>");
        if let Some(target) = self.target {
            let y = num(scale.y(target));
            let text = esc(&format!("Target {}", self.unit.write(target)));
            let _ = write!(
                area,
                "<line class=\"tgt\" x1=\"0\" x2=\"100%\" y1=\"{y}%\" y2=\"{y}%\"/>\
                 <text class=\"tgt-text\" x=\"100%\" y=\"{y}%\" dy=\"-4\" text-anchor=\"end\">{text}</text>"
            );
        }
        let alt = self.text_class();
        for i in 0..self.columns.len() {
            area.push_str(&self.column(i, &scale, alt));
        }
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let pitch = 100.0 / names.len().max(1) as f64;
        Html::trusted(format!(
            "<div class=\"plot no-ends {}\" {}><svg class=\"area\">{area}</svg>{}</div>",
            self.height.class(),
            role(self.points().any(|point| point.href.is_some()), &self.label),
            period_axis(&names, |i| pitch * (i as f64 + 0.5), false)
        ))
    }

    fn as_table(&self) -> DataTable {
        let rows = self.columns.iter().map(|column| {
            let value = match &column.point {
                Some(point) => Cell::link(&point.words(&self.unit), point.href.as_deref()),
                None => Cell::missing(&self.missing),
            };
            vec![Cell::text(&column.name), value]
        });
        DataTable {
            caption: self.label.clone(),
            head: vec!["Period".to_owned(), "Value".to_owned()],
            rows: if self.points().next().is_some() {
                rows.collect()
            } else {
                Vec::new()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::labels::drawn::*, kit::Locale};

    fn columns(values: &[Option<f64>]) -> Columns {
        let one = |(i, value): (usize, &Option<f64>)| {
            Column::new(format!("M{i}"), value.and_then(Point::of))
        };
        Columns::new(
            "Tonnes a month",
            values.iter().enumerate().map(one).collect(),
            Unit::number(0, Locale::EnGb),
        )
    }

    #[test]
    fn a_missing_column_is_a_gap_and_a_zero_is_a_hair_line() {
        let page = parse(&columns(&[Some(118.0), None, Some(0.0)]).to_string());
        assert_eq!(count(&page, "rect.bar"), 2);
        assert_eq!(texts(&page, "tbody tr:nth-child(2) td"), ["–not reported"]);
        assert_eq!(texts(&page, "tbody tr:nth-child(3) td"), ["0"]);
        let tall: f64 = attributes(&page, "rect.bar", "height")[1]
            .trim_end_matches('%')
            .parse()
            .unwrap();
        assert!(tall > 0.0 && tall < 1.0);
    }

    #[test]
    fn negative_values_hang_below_the_base() {
        let page = parse(&columns(&[Some(10.0), Some(-10.0)]).to_string());
        let ys = attributes(&page, "rect.bar", "y");
        let base = attributes(&page, "line.base", "y1");
        assert_eq!(ys[1], base[0]);
    }

    #[test]
    fn nothing_one_column_and_hostile_text() {
        assert!(columns(&[]).to_string().contains("nothing to draw"));
        assert!(columns(&[None]).to_string().contains("nothing to draw"));
        assert_eq!(
            count(&parse(&columns(&[Some(3.0)]).to_string()), "rect.bar"),
            1
        );
        let mut evil = columns(&[Some(1.0), Some(2.0)]);
        evil.columns[0].name = EVIL.into();
        evil.columns[1].point =
            Point::of(2.0).map(|point| point.href(EVIL).note(EVIL).between(1.0, 3.0));
        assert_harmless(&evil.to_string());
    }
}
