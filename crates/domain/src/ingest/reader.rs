//! A file and a mapping in, rows of a kind out, each with its key, its digest and the reason of every gap; rows that
//! cannot be kept come out with all their problems. Bad rows never stop good ones.

mod build;
mod control;
mod draft;
mod open;
mod plan;
mod seen;

pub(super) use build::receipt_key;
pub use control::{ControlReport, ControlSum};

use super::mapping::Mapping;
use super::rows::Row;
use build::Builder;
use control::Tally;
use draft::Draft;
use keelson_documents::{Limits, Table, TableError};
use plan::Plan;
use seen::{Seen, Sighting};
use std::collections::HashMap;
use std::fs::File;

/// Reads the rows of a table through a mapping.
pub struct RowReader {
    table: Table<'static>,
    limits: Limits,
    plans: Vec<Plan>,
    key: build::KeyPlan,
    builder: Builder,
    skips: Vec<plan::Skip>,
    draft: Draft,
    seen: Seen,
    tally: Tally,
    notes: Vec<String>,
    ended: bool,
}

/// What became of a row of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Row(Row),
    /// The row cannot be kept; every reason is listed.
    Rejected {
        row: u64,
        problems: Vec<Problem>,
    },
    /// The same row, with the same key and content, stood further up in the file.
    Repeated {
        row: u64,
    },
}

/// Why a row is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column of the file, where one is to blame.
    pub column: Option<String>,
    /// What stands in it, cut to 200 characters.
    pub value: Option<String>,
    /// What is wrong and what to do, in one or two sentences.
    pub reason: String,
}

/// Why a file cannot be read with a mapping. Nothing has been loaded from it.
#[derive(Debug, thiserror::Error)]
pub enum TableProblem {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "The file has no column for {}. Its columns are: {}. Correct the names in the mapping, or choose the mapping that \
         belongs to this file.",
        fields.join(", "),
        columns.join(", ")
    )]
    MissingColumns {
        /// Each required field with the names it may have: `supplier_name (Vendor)`.
        fields: Vec<String>,
        columns: Vec<String>,
    },
    #[error(
        "The dates in column \"{column}\" can be read day first or month first; for example \"{example}\". Say which in the \
         mapping: [fields.{field}] formats = [\"%d/%m/%Y\"] or [\"%m/%d/%Y\"]."
    )]
    AmbiguousDates {
        field: &'static str,
        column: String,
        example: String,
    },
    #[error("The mapping has mistakes. {}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(". "))]
    Mapping {
        errors: Vec<super::mapping::MappingError>,
    },
}

impl RowReader {
    /// Opens a file with the usual limits.
    pub fn open(file: File, file_name: &str, mapping: &Mapping) -> Result<Self, TableProblem> {
        let limits = Limits::default();
        let table = Table::from_file(file, file_name, &mapping.read_options(limits))?;
        Self::over(table, limits, mapping)
    }

    /// Opens a file that is held in memory.
    pub fn from_bytes(
        bytes: Vec<u8>,
        file_name: &str,
        mapping: &Mapping,
        limits: Limits,
    ) -> Result<Self, TableProblem> {
        let table = Table::from_bytes(bytes, file_name, &mapping.read_options(limits))?;
        Self::over(table, limits, mapping)
    }

    /// What became of the next row; `None` after the last. An error ends the file.
    pub fn next_outcome(&mut self) -> Result<Option<Outcome>, TableProblem> {
        while !self.ended {
            let Some(row) = self.table.next_row()? else {
                self.ended = true;
                break;
            };
            if row.is_blank() {
                continue;
            }
            if let Some(skip) = self.skips.iter_mut().find(|skip| skip.matches(&row)) {
                skip.count += 1;
                continue;
            }
            self.tally.rows += 1;
            let number = row.number();
            if let Some(problem) = row.problem() {
                return Ok(Some(Outcome::Rejected {
                    row: number,
                    problems: vec![Problem {
                        column: None,
                        value: None,
                        reason: problem.explain(&self.limits),
                    }],
                }));
            }
            self.draft.begin(number);
            for plan in &self.plans {
                plan.read(&row, &mut self.draft);
            }
            self.key.read(&row, &mut self.draft);
            self.tally.take(&self.draft);
            return Ok(Some(self.outcome(number)));
        }
        Ok(None)
    }

    fn outcome(&mut self, number: u64) -> Outcome {
        let row = self.builder.build(&mut self.draft, &mut self.key);
        let problems = std::mem::take(&mut self.draft.problems);
        let row = match row {
            Some(row) if problems.is_empty() => row,
            _ => {
                return Outcome::Rejected {
                    row: number,
                    problems,
                };
            }
        };
        let provenance = row.provenance();
        match self
            .seen
            .look(&provenance.key, number, &self.draft.content_digest())
        {
            Sighting::New => Outcome::Row(row),
            Sighting::Same => Outcome::Repeated { row: number },
            Sighting::Other(first) => Outcome::Rejected {
                row: number,
                problems: vec![Problem {
                    column: self.key.label(),
                    value: Some(super::values::cut(&provenance.key)),
                    reason: format!(
                        "Row {first} has the same key and other values, so it is not clear which of the two holds. Correct one \
                         of them, or add \"#occurrence\" to the key in the mapping if both are records of their own."
                    ),
                }],
            },
        }
    }

    /// The control totals the file holds, compared with what was read. Complete after the last row; `None` where the
    /// mapping names none.
    pub fn control(&self) -> Option<ControlReport> {
        self.tally.report(&self.table)
    }

    /// Rows passed over because the mapping says so: what they are, and how many.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, u64)> {
        self.skips
            .iter()
            .filter(|skip| skip.count > 0)
            .map(|skip| (skip.reason.as_str(), skip.count))
    }

    /// What a careful reader of the result should know, such as what was found out about the file.
    pub fn notes(&self) -> Vec<String> {
        self.notes
            .iter()
            .cloned()
            .chain(self.table.notes())
            .collect()
    }

    /// Which column each mapped field is read from.
    pub(super) fn labels(&self) -> HashMap<&'static str, String> {
        self.builder.labels()
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[String] {
        self.table.columns()
    }
}

#[cfg(test)]
mod tests;
