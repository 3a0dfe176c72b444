//! Charts drawn on the server: data in, SVG out. No script, no style attributes; colours come from classes, so both
//! themes and paper work. Positions are percentages: the drawing stretches with its card, text and strokes do not.
//!
//! A chart is a struct of plain data that prints itself in a template: `{{ trend }}` is the drawing and, below it, the
//! same data as a table that opens by keyboard (convention 47). Marks carry a title and, where given, an address that
//! leads to the records behind them (convention 45). Where a value is missing the drawing has a gap, never a zero: values
//! come in as [`Point`]s, which only finite numbers can make.

mod calendar;
mod columns;
mod heat;
mod labels;
mod matrix;
mod network;
mod pareto;
mod radar;
mod scale;
mod small;
mod table;
mod timeline;
mod treemap;
mod trend;

use std::fmt::Write as _;

pub use self::{
    calendar::{Calendar, CalendarEvent},
    columns::{Column, Columns},
    heat::{Heat, HeatCell},
    matrix::{Bubble, Kind, Matrix},
    network::{Link, Network, Node, NodeKind},
    pareto::{Pareto, ParetoItem},
    radar::{Axis, Radar},
    scale::Unit,
    small::{Course, bar, bar_toned, interval, spark},
    table::{Cell, DataTable},
    timeline::{Bar, Key, Timeline},
    treemap::{Area, Treemap},
    trend::{Series, Trend},
};
use crate::kit::{Html, esc, marks};

/// A drawing with the table of its data.
pub trait Chart {
    /// The drawing alone.
    fn svg(&self) -> Html;

    /// The data alone.
    fn as_table(&self) -> DataTable;

    /// Both: what a page prints.
    fn figure(&self) -> Html {
        let table = self.as_table();
        let drawing = if table.is_empty() {
            nothing()
        } else {
            self.svg()
        };
        Html::trusted(format!(
            "<figure class=\"chart\">{drawing}{}</figure>",
            folded(&table)
        ))
    }
}

/// Makes a chart print itself in a template.
macro_rules! prints {
    ($($chart:ty),+) => {
        $(
            impl std::fmt::Display for $chart {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    self.figure().fmt(f)
                }
            }
            impl askama::filters::HtmlSafe for $chart {}
        )+
    };
}
prints!(
    Calendar, Columns, Heat, Matrix, Network, Pareto, Radar, Timeline, Treemap, Trend
);

/// One value on a chart. It can only be made of finite numbers, so nothing that is drawn is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    value: f64,
    between: Option<(f64, f64)>,
    href: Option<String>,
    note: Option<String>,
}

impl Point {
    /// A value; infinities and NaN are no value.
    pub fn of(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self {
            value,
            between: None,
            href: None,
            note: None,
        })
    }

    /// The interval the true value lies in, as the methods computed it.
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.between =
            (low.is_finite() && high.is_finite()).then(|| (low.min(high), low.max(high)));
        self
    }

    /// The records behind the value.
    pub fn href(mut self, href: impl ToString) -> Self {
        self.href = Some(href.to_string());
        self
    }

    /// What else to say about the value: "38 order lines".
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The value in words, with its interval and note.
    fn words(&self, unit: &Unit) -> String {
        let mut words = unit.write(self.value);
        if let Some((low, high)) = self.between {
            let _ = write!(
                words,
                ", likely {} to {}",
                unit.write(low),
                unit.write(high)
            );
        }
        if let Some(note) = &self.note {
            let _ = write!(words, ", {note}");
        }
        words
    }
}

/// A colour of the chart palette, in an order that stays apart for the common kinds of colour vision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Ink {
    #[default]
    One,
    Two,
    Three,
    Four,
    Five,
    /// Grey, for what is compared with.
    Six,
}

impl Ink {
    fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// How tall a plot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Height {
    H160,
    H190,
    #[default]
    H220,
    H260,
    H320,
    H420,
}

impl Height {
    fn class(self) -> &'static str {
        match self {
            Self::H160 => "h-160",
            Self::H190 => "h-190",
            Self::H220 => "h-220",
            Self::H260 => "h-260",
            Self::H320 => "h-320",
            Self::H420 => "h-420",
        }
    }

    /// The drawing area in pixels at the usual font size, without the axis below.
    fn area(self) -> f64 {
        let whole = match self {
            Self::H160 => 160.0,
            Self::H190 => 190.0,
            Self::H220 => 220.0,
            Self::H260 => 260.0,
            Self::H320 => 320.0,
            Self::H420 => 420.0,
        };
        whole - 22.0
    }
}

/// A legend below a chart whose series are not labelled directly.
pub fn legend(items: &[(Html, &str)]) -> Html {
    let mut out = String::from("<div class=\"legend\">");
    for (mark, text) in items {
        let _ = write!(out, "<span>{mark}{}</span>", esc(text));
    }
    Html::trusted(out + "</div>")
}

/// A number of an SVG attribute: two decimals at most, no trailing zeros.
fn num(value: f64) -> String {
    let written = format!("{:.2}", if value.is_finite() { value } else { 0.0 });
    let trimmed = written.trim_end_matches('0').trim_end_matches('.');
    if trimmed == "-0" {
        "0".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// A mark with its title; a link to the records behind it where there is an address. `is_stop` says whether the
/// keyboard stops at it: in dense charts it stops at the links of the table instead.
fn mark(title: &str, href: Option<&str>, is_stop: bool, shapes: &str) -> String {
    let title = esc(title);
    match href {
        Some(href) => {
            let stop = if is_stop { "" } else { " tabindex=\"-1\"" };
            format!(
                "<a class=\"mark\" href=\"{}\" aria-label=\"{title}\"{stop}><title>{title}</title>{shapes}</a>",
                esc(href)
            )
        }
        None => format!("<g class=\"mark\"><title>{title}</title>{shapes}</g>"),
    }
}

/// The role of a drawing: an image where it has no links, a group of links where it has.
fn role(has_links: bool, label: &str) -> String {
    format!(
        "role=\"{}\" aria-label=\"{}\"",
        if has_links { "group" } else { "img" },
        esc(label)
    )
}

fn nothing() -> Html {
    Html::trusted("<p class=\"chart-none\">There is nothing to draw yet.</p>".to_owned())
}

fn folded(table: &DataTable) -> Html {
    if table.is_empty() {
        return Html::default();
    }
    Html::trusted(format!(
        "<details class=\"as-table\"><summary>{} Show as table</summary>{table}</details>",
        marks::icon("chevron-right")
    ))
}
