//! The data of a chart as a table.

use std::fmt;

use askama::{Template, filters::HtmlSafe};

use crate::kit::{Html, format};

/// A plain table: the first column of each row is its head.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<div class="scroll-x" tabindex="0" role="group" aria-label="{{ caption }}, table"><table><caption class="vh">{{ caption }}</caption><thead><tr>{% for text in head %}<th scope="col">{{ text }}</th>{% endfor %}</tr></thead><tbody>{% for row in rows %}<tr>{% for cell in row %}{% if loop.first %}<th scope="row">{{ cell }}</th>{% else %}<td>{{ cell }}</td>{% endif %}{% endfor %}</tr>{% endfor %}</tbody></table></div>"#
)]
pub struct DataTable {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl DataTable {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl HtmlSafe for DataTable {}

/// One cell: a text, a link to the records behind it, or the reason why there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell(Html);

impl Cell {
    pub fn text(text: impl Into<Html>) -> Self {
        Self(text.into())
    }

    pub fn link(text: &str, href: Option<&str>) -> Self {
        let Some(href) = href else {
            return Self::text(text);
        };
        Self(Html::trusted(format!(
            "<a href=\"{}\">{}</a>",
            crate::kit::esc(href),
            crate::kit::esc(text)
        )))
    }

    pub fn missing(reason: &str) -> Self {
        Self(format::missing(reason))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl HtmlSafe for Cell {}
