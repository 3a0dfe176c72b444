use super::*;
use crate::identity::NormalName;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn split(name: &str, country: Option<&str>) -> (String, Option<&'static str>) {
    let normal = NormalName::of(name, country);
    (normal.text, normal.legal_form.map(|form| form.label))
}

#[test]
fn the_forms_of_the_handbook_are_recognised_however_they_are_written() {
    for (name, country, form) in [
        ("Alpha GmbH", "DE", "GmbH"),
        ("Alpha G.m.b.H.", "DE", "GmbH"),
        ("Alpha Ges.m.b.H.", "AT", "GmbH"),
        ("ALPHA AKTIENGESELLSCHAFT", "DE", "AG"),
        ("Alpha KG", "DE", "KG"),
        ("Alpha GmbH & Co. KG", "DE", "GmbH & Co. KG"),
        ("Alpha GmbH&Co.KG", "DE", "GmbH & Co. KG"),
        ("Alpha UG (haftungsbeschränkt)", "DE", "UG"),
        ("Alpha SE", "DE", "SE"),
        ("Alpha S.A.", "FR", "SA"),
        ("Alpha S. A.", "FR", "SA"),
        ("SAS Alpha", "FR", "SAS"),
        ("Alpha S.à r.l.", "LU", "SARL"),
        ("Alpha S.p.A.", "IT", "SpA"),
        ("Alpha S.r.l.", "IT", "SRL"),
        ("Alpha B.V.", "NL", "BV"),
        ("ALPHA N V", "NL", "NV"),
        ("Alpha, S.L.", "ES", "SL"),
        ("Alpha Limited", "GB", "Ltd"),
        ("Alpha P.L.C.", "GB", "PLC"),
        ("Alpha LLP", "GB", "LLP"),
        ("Alpha, Inc.", "US", "Inc."),
        ("Alpha Corporation", "US", "Corp."),
        ("Alpha L.L.C.", "US", "LLC"),
        ("Alpha Sp. z o.o.", "PL", "sp. z o.o."),
        (
            "Alpha spółka z ograniczoną odpowiedzialnością",
            "PL",
            "sp. z o.o.",
        ),
        ("Alpha spol. s r.o.", "CZ", "s.r.o."),
        ("Alpha s. r. o.", "CZ", "s.r.o."),
        ("A B Alpha", "SE", "AB"),
        ("Alpha A/S", "DK", "A/S"),
        ("Alpha ApS", "DK", "ApS"),
        ("Alpha Oy", "FI", "Oy"),
        ("ООО Альфа", "RU", "OOO"),
        ("株式会社アルファ", "JP", "K.K."),
        ("Alpha S.A. de C.V.", "MX", "S.A. de C.V."),
        ("Alpha San. ve Tic. Ltd. Şti.", "TR", "Ltd. Şti."),
    ] {
        let (text, found) = split(name, Some(country));
        assert_eq!(found, Some(form), "{name}");
        assert!(
            ["alpha", "alfa", "arufua", "aruhua"].contains(&text.as_str()),
            "{name} leaves \"{text}\""
        );
    }
}

#[test]
fn the_country_decides_where_forms_are_written_alike() {
    assert_eq!(split("Alpha a.s.", Some("CZ")).1, Some("a.s."));
    assert_eq!(split("Alpha AS", Some("NO")).1, Some("AS"));
    assert_eq!(split("Alpha A.Ş.", Some("TR")).1, Some("A.Ş."));
    assert_eq!(split("Alpha A/S", None).1, Some("A/S"));
}

#[test]
fn letters_that_start_or_end_other_names_are_believed_in_their_country_only() {
    assert_eq!(split("AB InBev", Some("BE")), ("ab inbev".to_owned(), None));
    assert_eq!(
        split("AB Volvo", Some("SE")),
        ("volvo".to_owned(), Some("AB"))
    );
    assert_eq!(split("Studio DA", None), ("studio da".to_owned(), None));
}

#[test]
fn several_forms_in_a_row_leave_the_name() {
    assert_eq!(
        split("Alpha B.V. & Co. KG", Some("DE")),
        ("alpha".to_owned(), Some("& Co. KG"))
    );
    assert_eq!(
        split("Smith & Co Ltd", Some("GB")),
        ("smith".to_owned(), Some("Ltd"))
    );
    assert_eq!(split("Co. Ltd.", None), ("co".to_owned(), Some("Ltd")));
}

#[test]
fn labels_are_unique_and_every_spelling_is_found() {
    let mut labels = BTreeMap::new();
    for form in table::FORMS {
        assert!(
            labels.insert(form.label, form).is_none(),
            "{} twice",
            form.label
        );
        assert!(
            form.countries.split(' ').all(|country| country.len() == 2),
            "{}",
            form.label
        );
        let country = form.countries.split(' ').next();
        for spelling in form.spellings.split('|') {
            let found = NormalName::of(&format!("nordwerk {spelling}"), country);
            assert!(
                found.legal_form.is_some() && found.text == "nordwerk",
                "{spelling} of {}",
                form.label
            );
        }
    }
}

#[test]
fn two_forms_conflict_unless_they_translate_each_other() {
    let form = |name: &str, country: &str| NormalName::of(name, Some(country)).legal_form;
    let compare = |a: &str, b: &str, country: &str| {
        agreement(form(a, country), form(b, country), Some(country))
    };
    assert_eq!(
        compare("Alpha GmbH", "Alpha AG", "DE"),
        FormAgreement::Conflict
    );
    assert_eq!(
        compare(
            "Alpha GmbH",
            "Alpha Gesellschaft mit beschränkter Haftung",
            "DE"
        ),
        FormAgreement::Same
    );
    assert_eq!(compare("Alpha", "Alpha AG", "DE"), FormAgreement::Unknown);
    assert_eq!(compare("Alpha AG", "Alpha SA", "CH"), FormAgreement::Same);
    assert_eq!(compare("Alpha NV", "Alpha SA", "BE"), FormAgreement::Same);
    assert_eq!(
        compare("Alpha BV", "Alpha NV", "BE"),
        FormAgreement::Conflict
    );
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
            let gone = words_of(name.rsplit(' ').next().unwrap()).concat();
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
