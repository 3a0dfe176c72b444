//! Names of real companies, where the data is present: `KEELSON_REAL_DATA`, or `../shared/data` beside the repository.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;

use keelson_methods::identity::NormalName;

/// How 1,320 real companies write their forms, with the form each ending must give.
#[test]
fn real_company_names_are_split() {
    let root = std::env::var_os("KEELSON_REAL_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("legal-forms/cleanco_tests_companies.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        // A test that skips says so aloud.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: no real data for legal forms\n",
        )
        .unwrap();
        return;
    };
    let endings = [
        (" Ltd.", "Ltd"),
        (" Inc.", "Inc."),
        (" Corp.", "Corp."),
        (" Corporation", "Corp."),
        (" plc", "PLC"),
        (" N.V.", "NV"),
        (" AG", "AG"),
        (" Aktiengesellschaft", "AG"),
        (" S.p.A.", "SpA"),
        (" B.V.", "BV"),
        (" GmbH", "GmbH"),
        (" ASA", "ASA"),
        (" A/S", "A/S"),
        (" Oy", "Oy"),
        (" Oyj", "Oyj"),
        (" S.A. de C.V.", "S.A. de C.V."),
        (" S.A.", "SA"),
        (" Ltda.", "Ltda."),
        (" Tbk", "PT Tbk"),
        (" Co.", "Co."),
    ];
    let (mut rows, mut with_ending, mut without) = (0, 0, 0);
    let mut surprises = Vec::new();
    for line in text.lines() {
        let (name, country) = line.split_once(';').unwrap();
        let normal = NormalName::of(name, country_code(country));
        assert!(!normal.text.is_empty(), "{name}");
        rows += 1;
        let found = normal.legal_form.map(|form| form.label);
        if let Some((_, form)) = endings.iter().find(|(ending, _)| name.ends_with(ending)) {
            with_ending += 1;
            let gone = last_word(name);
            if found != Some(*form) || normal.text.ends_with(&format!(" {gone}")) {
                surprises.push((name, found));
            }
        } else if found.is_none() {
            without += 1;
        }
    }
    assert_eq!((rows, with_ending), (1320, 1199));
    // The longer form, the country's own name for the letters, and the inner of two forms in a row.
    assert_eq!(
        surprises,
        [
            ("Advance Agro Public Co. Ltd.", Some("PCL")),
            ("Amatek Industries Pty. Ltd.", Some("Pty Ltd")),
            ("Eksportfinans A/S", Some("AS")),
            ("Norsk Hydro A/S", Some("AS")),
            ("Petroleum Geo-Services A/S", Some("AS")),
            ("Portugal Telecom, SGPS, S.A.", Some("SGPS")),
        ]
    );
    // Names that have none: Air Canada, Lafarge, Petrobras written behind its form.
    assert_eq!(without, 75);
}

/// The last word in small letters without its points, as the normal name would hold it.
fn last_word(name: &str) -> String {
    let word = name.rsplit(' ').next().unwrap();
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

/// The name the data uses for a country, as a code.
fn country_code(name: &str) -> Option<&'static str> {
    Some(match name {
        "Canada" => "CA",
        "United Kingdom" => "GB",
        "Israel" => "IL",
        "Netherlands" => "NL",
        "Brazil" => "BR",
        "France" => "FR",
        "Mexico" => "MX",
        "Japan" => "JP",
        "Australia" => "AU",
        "Germany" => "DE",
        "Sweden" => "SE",
        "Italy" => "IT",
        "Norway" => "NO",
        "Denmark" => "DK",
        "Finland" => "FI",
        "Spain" => "ES",
        "Switzerland" => "CH",
        "Indonesia" => "ID",
        "Czech Republic" => "CZ",
        "Russia" => "RU",
        _ => return None,
    })
}
