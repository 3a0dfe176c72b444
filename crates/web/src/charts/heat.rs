//! A heat map: a table whose cells are coloured by level, and say what they hold.

use std::fmt::Write as _;

use super::{Cell, Chart, DataTable};
use crate::kit::{Html, esc};

/// Rows by columns; each cell a text, a level and the records behind it.
#[derive(Debug, Clone, Default)]
pub struct Heat {
    /// What it shows: the table's caption.
    pub label: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// Row by row; a missing row or cell is drawn empty.
    pub cells: Vec<Vec<HeatCell>>,
    /// What the columns are, below the table: "Impact".
    pub axis: String,
}

#[derive(Debug, Clone, Default)]
pub struct HeatCell {
    /// What stands in the cell: colour never says it alone. Empty for a cell without records.
    pub text: String,
    /// From 1, harmless, to 5; 0 has no colour.
    pub level: u8,
    /// Read aloud and shown as tooltip: "3 risks, likely, major impact".
    pub title: String,
    pub href: Option<String>,
}

impl Heat {
    fn cell(&self, row: usize, column: usize) -> HeatCell {
        self.cells
            .get(row)
            .and_then(|cells| cells.get(column))
            .cloned()
            .unwrap_or_default()
    }
}

impl Chart for Heat {
    fn svg(&self) -> Html {
        let mut out = format!(
            "<table class=\"heat\"><caption class=\"vh\">{}</caption><thead><tr><td class=\"rowh\"></td>",
            esc(&self.label)
        );
        for column in &self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", esc(column));
        }
        out.push_str("</tr></thead><tbody>");
        for (i, row) in self.rows.iter().enumerate() {
            let _ = write!(
                out,
                "<tr><th scope=\"row\" class=\"rowh\">{}</th>",
                esc(row)
            );
            for j in 0..self.columns.len() {
                let cell = self.cell(i, j);
                let (text, title) = (esc(&cell.text), esc(&cell.title));
                let content = match &cell.href {
                    _ if cell.text.is_empty() => String::new(),
                    Some(href) => format!(
                        "<a href=\"{}\" aria-label=\"{title}\" data-tip=\"{title}\">{text}</a>",
                        esc(href)
                    ),
                    None => format!("<span class=\"heat-text\" data-tip=\"{title}\">{text}</span>"),
                };
                let class = if cell.level == 0 {
                    String::new()
                } else {
                    format!(" class=\"h{}\"", cell.level.min(5))
                };
                let _ = write!(out, "<td{class}>{content}</td>");
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody>");
        if !self.axis.is_empty() {
            let span = self.columns.len();
            let _ = write!(
                out,
                "<tfoot class=\"foot\"><tr><td></td><td class=\"axis\" colspan=\"{span}\">{}</td></tr></tfoot>",
                esc(&self.axis)
            );
        }
        Html::trusted(out + "</table>")
    }

    fn as_table(&self) -> DataTable {
        let rows = self.rows.iter().enumerate().map(|(i, row)| {
            let cells = (0..self.columns.len()).map(|j| {
                let cell = self.cell(i, j);
                if cell.text.is_empty() {
                    Cell::missing("none")
                } else {
                    Cell::link(&cell.text, cell.href.as_deref())
                }
            });
            std::iter::once(Cell::text(row)).chain(cells).collect()
        });
        let head = std::iter::once(String::new())
            .chain(self.columns.iter().cloned())
            .collect();
        let rows = if self.columns.is_empty() {
            Vec::new()
        } else {
            rows.collect()
        };
        DataTable {
            caption: self.label.clone(),
            head,
            rows,
        }
    }

    /// The map is a table already.
    fn figure(&self) -> Html {
        if self.as_table().is_empty() {
            super::nothing()
        } else {
            self.svg()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::labels::drawn::*;

    #[test]
    fn cells_carry_words_and_links_and_missing_cells_stay_empty() {
        let cell = HeatCell {
            text: "3".into(),
            level: 9,
            title: EVIL.into(),
            href: Some(EVIL.into()),
        };
        let heat = Heat {
            label: EVIL.into(),
            rows: vec!["Likely".into(), EVIL.into()],
            columns: vec!["Minor".into(), "Major".into()],
            cells: vec![vec![cell]],
            axis: "Impact".into(),
        };
        let page = parse(&heat.to_string());
        assert_eq!(count(&page, "tbody td"), 4);
        assert_eq!(count(&page, "td.h5 a"), 1, "levels end at 5");
        assert_harmless(&heat.to_string());
        assert!(Heat::default().to_string().contains("nothing to draw"));
    }
}
