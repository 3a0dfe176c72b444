//! The books themselves: what is generated, before any of it is loaded.

use std::collections::HashSet;

use keelson_methods::identity::{Duns, Iban, Lei, VatId};

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn books(seed: u64, suppliers: u32) -> (Vec<Supplier>, Vec<Line>) {
    let mut rng = StdRng::seed_from_u64(seed);
    let company = company::suppliers(&mut rng, suppliers);
    let mut orders = 0;
    let lines = company
        .iter()
        .enumerate()
        .flat_map(|(place, supplier)| {
            orders::lines(&mut rng, place, supplier, today(), &mut orders)
        })
        .collect();
    (company, lines)
}

#[test]
fn the_same_seed_makes_the_same_books_and_another_makes_others() {
    let told = |seed| format!("{:?}", books(seed, 40));
    assert_eq!(told(1), told(1));
    assert_ne!(told(1), told(2));
}

#[test]
fn the_company_is_as_large_as_it_says() {
    let (company, lines) = books(1, 400);
    assert_eq!(company.len(), 400);
    assert!(
        (180_000..=220_000).contains(&lines.len()),
        "{} order lines",
        lines.len()
    );
    let begin = orders::begin(today());
    assert_eq!(begin, NaiveDate::from_ymd_opt(2024, 6, 1).unwrap());
    assert!(
        lines
            .iter()
            .all(|line| line.ordered_on >= begin && line.ordered_on <= today())
    );
    let months: HashSet<String> = lines
        .iter()
        .map(|line| line.ordered_on.format("%Y-%m").to_string())
        .collect();
    assert_eq!(months.len(), orders::MONTHS as usize);
}

#[test]
fn nothing_happens_after_today_or_before_it_was_ordered() {
    let (_, lines) = books(3, 60);
    for line in &lines {
        let mut before = line.ordered_on;
        for receipt in &line.receipts {
            assert!(receipt.on >= before && receipt.on <= today(), "{line:?}");
            before = receipt.on;
        }
        let last = line.receipts.last().map(|receipt| receipt.on);
        for later in [
            line.inspection.map(|inspection| inspection.on),
            line.invoice.map(|invoice| invoice.posted_on),
        ]
        .into_iter()
        .flatten()
        {
            assert!(Some(later) >= last && later <= today(), "{line:?}");
        }
        if let Some(inspection) = line.inspection {
            assert!(
                inspection.defective_milli <= inspection.inspected_milli,
                "{line:?}"
            );
            assert!(
                inspection.inspected_milli <= inspection.received_milli,
                "{line:?}"
            );
        }
    }
}

#[test]
fn every_identifier_passes_its_checksum() {
    let mut rng = StdRng::seed_from_u64(1);
    let company = company::suppliers(&mut rng, 400);
    let mut counts = [0; 4];
    for supplier in &company {
        let found = identifiers::of(&mut rng, supplier);
        if let Some(lei) = found.lei {
            Lei::parse(&lei).unwrap();
            counts[0] += 1;
        }
        if let Some(vat) = found.vat {
            VatId::parse(&vat, Some(supplier.country.code)).unwrap();
            counts[1] += 1;
        }
        if let Some(iban) = found.iban {
            Iban::parse(&iban).unwrap();
            counts[2] += 1;
        }
        if let Some(duns) = found.duns {
            Duns::parse(&duns).unwrap();
            counts[3] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn names_differ_but_for_the_one_party_that_is_there_twice() {
    let (company, _) = books(1, 400);
    let firsts: HashSet<&str> = company
        .iter()
        .filter_map(|supplier| supplier.name.split(' ').next())
        .collect();
    // Some first words are two: "Sierra Norte", "Minh Long".
    assert!(firsts.len() > 380, "{} first words", firsts.len());
    let twins: Vec<&str> = company
        .iter()
        .map(|supplier| supplier.name.as_str())
        .filter(|name| name.starts_with("Vallefer"))
        .collect();
    assert_eq!(
        twins,
        ["Vallefer Forgiature S.r.l.", "Vallefer Forgiature SRL"]
    );
    // Nobody's mail: the domain cannot be registered.
    assert!(
        company
            .iter()
            .all(|supplier| supplier.domain.ends_with(".example"))
    );
}
