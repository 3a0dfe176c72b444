//! The list of suppliers: one question for the rows, one for the totals, whatever the number of suppliers.

mod query;
mod rows;

pub use query::{Column, ListQuery, Owner, PAGE_ROWS, Range, Sort};
pub use rows::{Facets, Neighbours, Page, Row, counts, every_row, facets, list, neighbours, row};
