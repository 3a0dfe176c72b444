//! The golden record: which source a field is taken from, and how good a party's data is.

use crate::code::coded;
use chrono::{Months, NaiveDate};

coded! {
    /// Where a field's value comes from, the most trusted first.
    pub enum RecordSource {
        /// A register that was asked and answered: VIES, GLEIF, a trade register.
        ValidatedRegistry = "validated_registry",
        /// The supplier, in the portal.
        SupplierPortal = "supplier_portal",
        /// An ERP.
        Erp = "erp",
        /// Anything else.
        Other = "other",
    }
}

/// One value that a field could have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: RecordSource,
    /// When somebody last checked it.
    pub verified_on: Option<NaiveDate>,
    /// How complete the record is that it comes from, 0..=1.
    pub completeness: f64,
}

/// Months after which an answer of the supplier is no longer recent, and a field no longer fresh.
const FRESH: Months = Months::new(24);

/// The candidate that survives: validated registry, then the supplier's recent answer (within 24 months), then the ERP by
/// the date it was last verified, then the rest; ties by completeness, then by the order given.
///
/// Bank data is never merged this way: it takes two approvals and a call back. Source: handbook 11.5.
pub fn survivor<T>(candidates: &[Candidate<T>], as_of: NaiveDate) -> Option<&Candidate<T>> {
    let trust = |candidate: &Candidate<T>| match candidate.source {
        RecordSource::ValidatedRegistry => 3,
        RecordSource::SupplierPortal if is_fresh(candidate.verified_on, as_of) => 2,
        RecordSource::Erp => 1,
        _ => 0,
    };
    // max_by takes the last of equals, so the list is walked from its end.
    candidates.iter().rev().max_by(|a, b| {
        trust(a)
            .cmp(&trust(b))
            .then_with(|| a.verified_on.cmp(&b.verified_on))
            .then_with(|| a.completeness.total_cmp(&b.completeness))
    })
}

/// What is known about one required field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldState {
    /// It has a value.
    pub present: bool,
    /// The value passes its checks.
    pub valid: bool,
    /// When it was last verified.
    pub verified_on: Option<NaiveDate>,
}

/// How good a party's data is, each a share 0..=1; `None` where there is nothing to judge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DataQuality {
    /// Required fields that have a value / required fields.
    pub completeness: Option<f64>,
    /// Values that pass their checks / values.
    pub validity: Option<f64>,
    /// Values verified within 24 months / values.
    pub freshness: Option<f64>,
}

/// Judges a party's required fields. Uniqueness, the fourth measure, is the work of the matching. Source: handbook 11.5.
pub fn data_quality(fields: &[FieldState], as_of: NaiveDate) -> DataQuality {
    let present = fields.iter().filter(|field| field.present);
    let valid = present.clone().filter(|field| field.valid).count();
    let fresh = present
        .clone()
        .filter(|field| is_fresh(field.verified_on, as_of))
        .count();
    let present = present.count();
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    DataQuality {
        completeness: share(present, fields.len()),
        validity: share(valid, present),
        freshness: share(fresh, present),
    }
}

fn is_fresh(verified_on: Option<NaiveDate>, as_of: NaiveDate) -> bool {
    verified_on
        .and_then(|day| day.checked_add_months(FRESH))
        .is_some_and(|until| as_of <= until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn candidate(
        value: &str,
        source: RecordSource,
        verified: Option<&str>,
        completeness: f64,
    ) -> Candidate<String> {
        Candidate {
            value: value.to_owned(),
            source,
            verified_on: verified.map(day),
            completeness,
        }
    }

    fn chosen(candidates: &[Candidate<String>]) -> &str {
        &survivor(candidates, day("2026-06-30")).unwrap().value
    }

    #[test]
    fn the_most_trusted_source_survives() {
        let registry = candidate("registry", RecordSource::ValidatedRegistry, None, 0.1);
        let portal = candidate(
            "portal",
            RecordSource::SupplierPortal,
            Some("2025-01-01"),
            0.5,
        );
        let stale = candidate(
            "stale portal",
            RecordSource::SupplierPortal,
            Some("2023-01-01"),
            0.9,
        );
        let old_erp = candidate("old erp", RecordSource::Erp, Some("2020-01-01"), 0.9);
        let erp = candidate("erp", RecordSource::Erp, Some("2024-01-01"), 0.5);
        assert_eq!(chosen(&[erp.clone(), portal.clone(), registry]), "registry");
        assert_eq!(chosen(&[erp.clone(), portal]), "portal");
        assert_eq!(chosen(&[old_erp, erp, stale]), "erp");
    }

    #[test]
    fn ties_go_to_the_more_complete_record_and_then_to_the_first() {
        let erp = |value: &str, completeness| {
            candidate(value, RecordSource::Erp, Some("2024-01-01"), completeness)
        };
        assert_eq!(chosen(&[erp("thin", 0.4), erp("full", 0.9)]), "full");
        assert_eq!(chosen(&[erp("first", 0.4), erp("second", 0.4)]), "first");
        assert_eq!(survivor::<String>(&[], day("2026-06-30")), None);
    }

    #[test]
    fn quality_is_judged_over_what_is_there() {
        let field = |present, valid, verified: Option<&str>| FieldState {
            present,
            valid,
            verified_on: verified.map(day),
        };
        let fields = [
            field(true, true, Some("2026-01-01")),
            field(true, false, Some("2020-01-01")),
            field(true, true, None),
            field(false, false, None),
        ];
        let quality = data_quality(&fields, day("2026-06-30"));
        assert_eq!(quality.completeness, Some(0.75));
        assert!((quality.validity.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert!((quality.freshness.unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(data_quality(&[], day("2026-06-30")).validity, None);
    }
}
