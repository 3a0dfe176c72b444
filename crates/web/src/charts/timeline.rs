//! Bars on a time axis: contracts with their notice windows and key dates.

use std::fmt::Write as _;

use chrono::{Datelike as _, Months, NaiveDate};

use super::{Cell, Chart, DataTable, mark, num};
use crate::kit::{Html, Locale, esc, format::date};

/// Rows of time between two dates.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// What it shows: the table's caption.
    pub label: String,
    /// What a row is: "Contract".
    pub row_name: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub today: NaiveDate,
    pub bars: Vec<Bar>,
    pub locale: Locale,
}

#[derive(Debug, Clone)]
pub struct Bar {
    pub name: String,
    pub note: String,
    pub href: Option<String>,
    pub from: NaiveDate,
    /// None runs on without an end.
    pub to: Option<NaiveDate>,
    /// From when a notice would be too late, or whatever else the bar's last part stands for.
    pub notice: Option<NaiveDate>,
    pub keys: Vec<Key>,
    /// The row in a sentence: "Renews 31 Jan 2027, notice by 16 Dec 2026".
    pub title: String,
}

/// A date that matters.
#[derive(Debug, Clone)]
pub struct Key {
    pub on: NaiveDate,
    pub title: String,
    /// Written beside the mark where there is room.
    pub text: Option<String>,
    /// Missed, or to be missed; the title says so too.
    pub bad: bool,
}

impl Timeline {
    fn x(&self, on: NaiveDate) -> f64 {
        let span = (self.to - self.from).num_days().max(1) as f64;
        (on - self.from).num_days() as f64 / span * 100.0
    }

    fn is_inside(&self, on: NaiveDate) -> bool {
        (self.from..=self.to).contains(&on)
    }

    /// The first days of months, thinned to at most eight, with their words.
    fn months(&self) -> Vec<(f64, String)> {
        let span = (self.to - self.from).num_days().max(1);
        let every = [1, 2, 3, 6, 12, 24, 60]
            .into_iter()
            .find(|months| span / (months * 30) <= 8)
            .unwrap_or(120);
        let mut out = Vec::new();
        let mut at = self.from.with_day(1).unwrap_or(self.from);
        let mut year = None;
        while at <= self.to && out.len() < 40 {
            if at >= self.from && i64::from(at.month0()) % every.min(12) == 0 {
                let name = at.format("%b").to_string();
                let is_new_year = year != Some(at.year()) && at.year() != self.today.year();
                year = Some(at.year());
                let text = if every >= 12 {
                    at.year().to_string()
                } else if is_new_year {
                    at.format("%b %y").to_string()
                } else {
                    name
                };
                out.push((self.x(at), text));
            }
            let Some(next) = at.checked_add_months(Months::new(1)) else {
                break;
            };
            at = next;
        }
        out
    }

    fn row(&self, bar: &Bar, lines: &str) -> String {
        let start = self.x(bar.from).clamp(0.0, 100.0);
        let end = bar.to.map_or(100.0, |to| self.x(to).clamp(0.0, 100.0));
        let mut out = lines.to_owned();
        let wide = (end - start).max(0.0);
        let _ = write!(
            out,
            "<rect class=\"g-bar\" x=\"{}%\" width=\"{}%\" y=\"8\" height=\"12\" rx=\"3\"/>",
            num(start),
            num(wide)
        );
        if let Some(notice) = bar.notice {
            let x = self.x(notice).clamp(start, end);
            if end > x {
                let _ = write!(
                    out,
                    "<rect class=\"g-notice\" x=\"{}%\" width=\"{}%\" y=\"8\" height=\"12\" rx=\"3\"/>",
                    num(x),
                    num(end - x)
                );
            }
        }
        if bar.to.is_some_and(|to| self.is_inside(to)) {
            let _ = write!(
                out,
                "<line class=\"g-end\" x1=\"{0}%\" x2=\"{0}%\" y1=\"4\" y2=\"24\"/>",
                num(end)
            );
        }
        if self.is_inside(self.today) {
            let _ = write!(
                out,
                "<line class=\"g-now\" x1=\"{0}%\" x2=\"{0}%\" y1=\"-8\" y2=\"36\"/>",
                num(self.x(self.today))
            );
        }
        for key in bar.keys.iter().filter(|key| self.is_inside(key.on)) {
            let x = num(self.x(key.on));
            // A missed date is a filled mark, one to come is open: not only another colour.
            let class = if key.bad { " bad" } else { "" };
            let mut shapes = format!(
                "<circle class=\"g-key{class}\" cx=\"{x}%\" cy=\"14\" r=\"5\"/><circle class=\"hit\" cx=\"{x}%\" cy=\"14\" r=\"12\"/>"
            );
            if let Some(text) = &key.text {
                let _ = write!(
                    shapes,
                    "<text class=\"on\" x=\"{x}%\" y=\"14\" dx=\"10\" dy=\"0.34em\">{}</text>",
                    esc(text)
                );
            }
            out.push_str(&mark(&key.title, None, false, &shapes));
        }
        out
    }
}

impl Chart for Timeline {
    fn svg(&self) -> Html {
        let months = self.months();
        let (mut head, mut lines) = (String::new(), String::new());
        for (i, (x, text)) in months.iter().enumerate() {
            let alt = if i % 2 == 1 { " class=\"alt\"" } else { "" };
            let _ = write!(
                head,
                "<text{alt} x=\"{}%\" y=\"0.85rem\">{}</text>",
                num(*x),
                esc(text)
            );
            let _ = write!(
                lines,
                "<line class=\"gl\" x1=\"{0}%\" x2=\"{0}%\" y1=\"-8\" y2=\"36\"/>",
                num(*x)
            );
        }
        let mut out = format!(
            "<table class=\"gantt\"><caption class=\"vh\">{}</caption><thead><tr><th scope=\"col\" class=\"gname\"><span class=\"vh\">{}</span></th>\
             <th scope=\"col\" class=\"gtime\"><span class=\"vh\">Time</span><svg aria-hidden=\"true\">{head}</svg></th></tr></thead><tbody>",
            esc(&self.label),
            esc(&self.row_name)
        );
        for bar in &self.bars {
            let name = match &bar.href {
                Some(href) => format!(
                    "<a class=\"name\" href=\"{}\">{}</a>",
                    esc(href),
                    esc(&bar.name)
                ),
                None => format!("<span>{}</span>", esc(&bar.name)),
            };
            let _ = write!(
                out,
                "<tr><th scope=\"row\" class=\"gname\"><span class=\"two\">{name}<small class=\"t3 xs\">{}</small></span></th>\
                 <td class=\"gtime\"><svg role=\"img\" aria-label=\"{}\">{}</svg></td></tr>",
                esc(&bar.note),
                esc(&bar.title),
                self.row(bar, &lines)
            );
        }
        Html::trusted(out + "</tbody></table>")
    }

    fn as_table(&self) -> DataTable {
        let rows = self.bars.iter().map(|bar| {
            let keys: Vec<&str> = bar.keys.iter().map(|key| key.title.as_str()).collect();
            vec![
                Cell::link(&bar.name, bar.href.as_deref()),
                Cell::text(date(bar.from, self.locale)),
                bar.to.map_or_else(
                    || Cell::missing("no end"),
                    |to| Cell::text(date(to, self.locale)),
                ),
                bar.notice.map_or_else(
                    || Cell::missing("none"),
                    |notice| Cell::text(date(notice, self.locale)),
                ),
                Cell::text(keys.join("; ")),
            ]
        });
        DataTable {
            caption: self.label.clone(),
            head: [
                self.row_name.as_str(),
                "From",
                "To",
                "Notice by",
                "Key dates",
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

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn timeline(to: Option<NaiveDate>) -> Timeline {
        let key = Key {
            on: on(2026, 12, 16),
            title: "Notice by 16 Dec 2026".into(),
            text: Some("Notice".into()),
            bad: false,
        };
        Timeline {
            label: "Contracts".into(),
            row_name: "Contract".into(),
            from: on(2026, 10, 15),
            to: on(2027, 6, 15),
            today: on(2026, 11, 23),
            bars: vec![Bar {
                name: "Frame agreement".into(),
                note: "FA-2024-118".into(),
                href: Some("/contracts/1".into()),
                from: on(2025, 2, 1),
                to,
                notice: Some(on(2026, 12, 16)),
                keys: vec![key],
                title: "Renews 31 Jan 2027".into(),
            }],
            locale: Locale::EnGb,
        }
    }

    #[test]
    fn a_bar_is_cut_at_the_edges_and_an_open_end_has_no_end_mark() {
        let page = parse(&timeline(Some(on(2027, 1, 31))).to_string());
        assert_eq!(attributes(&page, ".g-bar", "x"), ["0%"]);
        assert_eq!(
            (
                count(&page, ".g-end"),
                count(&page, ".g-notice"),
                count(&page, ".g-now")
            ),
            (1, 1, 1)
        );
        let open = parse(&timeline(None).to_string());
        assert_eq!((count(&open, ".g-end"), count(&open, "tbody tr")), (0, 2));
        assert!(texts(&open, ".as-table td")[1].contains("no end"));
    }

    #[test]
    fn months_are_few_whatever_the_span() {
        for (days, most) in [(1, 1), (240, 9), (2_000, 9), (20_000, 40)] {
            let mut timeline = timeline(None);
            timeline.to = timeline.from + chrono::TimeDelta::days(days);
            assert!(
                timeline.months().len() <= most,
                "{days}: {:?}",
                timeline.months()
            );
        }
    }

    #[test]
    fn no_rows_no_span_and_hostile_text() {
        let mut empty = timeline(None);
        empty.bars.clear();
        assert!(empty.to_string().contains("nothing to draw"));
        let mut evil = timeline(Some(on(2020, 1, 1)));
        evil.to = evil.from;
        evil.bars[0].name = EVIL.into();
        evil.bars[0].title = EVIL.into();
        evil.bars[0].keys[0].title = EVIL.into();
        evil.bars[0].keys[0].text = Some(EVIL.into());
        assert_harmless(&evil.to_string());
    }
}
