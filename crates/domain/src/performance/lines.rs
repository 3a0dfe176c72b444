//! The lines behind a figure: every figure on a page opens to exactly the facts it was added up from.

use chrono::NaiveDate;
use keelson_analytics::{By, LinesRequest, Measured, Request};
pub use keelson_analytics::{
    Inspection, InvoiceLine, Line, LineFact, Lines, OrderLine, Reason, Sort, Standing,
};
use keelson_methods::{kpi::Definition, period::Period};

use super::refresh::one_currency;
use crate::{
    Keelson, Result, SupplierId,
    versions::{self, Published},
};

/// Names a figure: enough to compute it again and to list its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRef {
    pub supplier: SupplierId,
    pub kpi: String,
    /// The definition's version; `None` for the current one.
    pub version: Option<i64>,
    pub period: Period,
    /// As known on this day.
    pub as_of: NaiveDate,
}

/// Which of the lines, in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    pub only: Option<Standing>,
    pub sort: Sort,
    pub descending: bool,
    pub offset: usize,
    pub limit: usize,
}

/// A figure opened: its definition, what it comes to, and the lines asked for.
#[derive(Clone, Debug)]
pub struct Opened {
    pub definition: Published<Definition>,
    pub period: Period,
    pub figure: Measured,
    pub lines: Lines,
}

/// Opens a figure to its lines.
pub async fn open(keelson: &Keelson, figure: &FigureRef, selection: Selection) -> Result<Opened> {
    let db = keelson.db.read();
    let definition: Published<Definition> = match figure.version {
        Some(version) => versions::at_version(db, &figure.kpi, version).await?,
        None => versions::find(db, &figure.kpi).await?,
    };
    let period = figure.period.resolved(figure.as_of);
    let suppliers = [figure.supplier.0];
    let bounds = period.bounds(figure.as_of);
    let measured = keelson
        .analytics
        .measure(&Request {
            definition: &definition.document,
            bounds,
            as_of: figure.as_of,
            by: By::Supplier,
            suppliers: Some(&suppliers),
        })
        .await?;
    let lines = keelson
        .analytics
        .lines(&LinesRequest {
            definition: &definition.document,
            bounds,
            as_of: figure.as_of,
            suppliers: Some(&suppliers),
            category: None,
            site: None,
            only: selection.only,
            sort: selection.sort,
            descending: selection.descending,
            offset: selection.offset,
            limit: selection.limit,
        })
        .await?;
    Ok(Opened {
        figure: one_currency(measured)
            .into_iter()
            .next()
            .ok_or(crate::Error::NotFound("figure"))?,
        definition,
        period,
        lines,
    })
}
