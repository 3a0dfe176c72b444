//! Files in: mapping, validation, rejects, provenance.

pub mod detect;
mod facts;
mod import;
pub mod kinds;
mod library;
mod mapping;
mod preview;
mod reader;
mod rows;
mod run;
mod store;
mod suggest;
mod supplier;
mod values;
mod work;

pub use import::{
    Counts, Import, Refused, State, cancel, file, find, interrupted, receive, recent, refused,
    remap, start, waiting_of,
};
pub use library::{KeptMapping, keep_mapping, kept_mapping, kept_mappings};
pub use mapping::{
    Control, FieldRule, FileRules, KeyPart, KeyRule, Mapping, MappingError, OnError, SkipRule,
    WhenEmpty,
};
pub use preview::{Preview, preview};
pub use reader::{ControlReport, ControlSum, Outcome, Problem, RowReader, TableProblem};
pub use rows::{
    InspectionRow, InvoiceLineRow, Kind, OrderLineRow, Provenance, ReceiptRow, Row, SupplierRef,
    SupplierRow,
};
pub use run::{run, take};
pub use suggest::suggest;
pub use work::RunImport;
