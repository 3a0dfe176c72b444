use super::*;
use crate::identity::NormalName;
use std::collections::BTreeMap;

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
