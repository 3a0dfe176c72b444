use super::*;
use crate::identity::{Iban, NormalName, VatId};
use proptest::prelude::*;

fn weigh(evidence: Evidence) -> Match {
    Model::default().weigh(&evidence)
}

#[test]
fn t11_2_fellegi_sunter_weights() {
    let evidence = Evidence {
        name_similarity: Some(0.95),
        place: Some(true),
        iban: Some(true),
        domain: Some(false),
        ..Evidence::NONE
    };
    let found = weigh(evidence);
    let weight = |name: FieldName| {
        found
            .fields
            .iter()
            .find(|field| field.field == name)
            .unwrap()
            .weight
    };
    for (weight, expected) in [
        (found.prior_weight, -9.9643),
        (weight(FieldName::Name), 5.5699),
        (weight(FieldName::Place), 4.1699),
        (weight(FieldName::Vat), 0.0),
        (weight(FieldName::Iban), 9.7313),
        (weight(FieldName::Domain), -2.3074),
        (found.total, 7.1993),
    ] {
        assert!(
            (weight - expected).abs() < 1e-4,
            "{weight} is not {expected}"
        );
    }
    assert!((found.probability - 0.993_242).abs() < 1e-6);
    assert_eq!((found.decision, found.joint_cap), (Decision::Propose, 0.0));

    let without = weigh(Evidence {
        iban: None,
        ..evidence
    });
    assert!((without.total + 2.5320).abs() < 1e-4);
    assert!((without.probability - 0.147_413).abs() < 1e-6);
    assert_eq!(without.decision, Decision::Distinct);
}

#[test]
fn name_and_domain_together_count_at_most_the_larger_plus_half() {
    let found = weigh(Evidence {
        name_similarity: Some(1.0),
        domain: Some(true),
        ..Evidence::NONE
    });
    let (name, domain) = ((0.95_f64 / 0.02).log2(), (0.80_f64 / 0.01).log2());
    assert!((found.total - found.prior_weight - 1.5 * domain).abs() < 1e-9);
    assert!((found.joint_cap - (1.5 * domain - name - domain)).abs() < 1e-9);
}

#[test]
fn two_valid_vat_numbers_of_one_country_are_two_companies() {
    let alike = Evidence {
        name_similarity: Some(1.0),
        place: Some(true),
        iban: Some(true),
        domain: Some(true),
        lei: Some(true),
        vat: Some(false),
        ..Evidence::NONE
    };
    let two = weigh(Evidence {
        vat_of_one_country: true,
        ..alike
    });
    assert_eq!(
        (two.decision, two.obstacle),
        (Decision::Distinct, Some(Obstacle::DifferentVat))
    );
    let doubtful = weigh(alike);
    assert!(doubtful.probability >= 0.99);
    assert_eq!(
        (doubtful.decision, doubtful.obstacle),
        (Decision::Review, Some(Obstacle::ContradictingIdentifier))
    );
}

#[test]
fn a_name_alone_is_never_proposed() {
    let sure = Model {
        prior: 0.9,
        ..Model::default()
    };
    let found = sure.weigh(&Evidence {
        name_similarity: Some(1.0),
        legal_form: FormAgreement::Same,
        ..Evidence::NONE
    });
    assert!(found.probability >= 0.99);
    assert_eq!(
        (found.decision, found.obstacle),
        (Decision::Review, Some(Obstacle::NameAlone))
    );
}

#[test]
fn a_rare_name_says_more_than_a_common_one() {
    let of = |frequency: f64| {
        let rarity = Some(Rarity {
            frequency,
            typical: 0.001,
        });
        weigh(Evidence {
            name_similarity: Some(1.0),
            rarity,
            ..Evidence::NONE
        })
        .fields[0]
            .weight
    };
    let plain = weigh(Evidence {
        name_similarity: Some(1.0),
        ..Evidence::NONE
    })
    .fields[0]
        .weight;
    assert!((of(0.001) - plain).abs() < 1e-12);
    assert!((of(0.0005) - plain - 1.0).abs() < 1e-12 && (of(0.002) - plain + 1.0).abs() < 1e-12);
    assert!(
        (of(1e-9) - plain - 20_f64.log2()).abs() < 1e-12,
        "but not without limit"
    );
}

#[test]
fn a_conflicting_legal_form_is_evidence_against() {
    let of = |legal_form| {
        weigh(Evidence {
            name_similarity: Some(1.0),
            legal_form,
            ..Evidence::NONE
        })
        .total
    };
    assert!(of(FormAgreement::Conflict) < of(FormAgreement::Unknown));
    assert!(of(FormAgreement::Unknown) < of(FormAgreement::Same));
}

#[test]
fn levels_of_the_name_count_from_the_highest() {
    let levels = [(0.97, 0.80, 0.002), (0.90, 0.15, 0.02)];
    let name = levels
        .map(|(at_least, m, u)| NameLevel {
            at_least,
            odds: Odds { m, u },
        })
        .to_vec();
    let model = Model {
        name,
        ..Model::default()
    };
    assert!(model.check().is_empty());
    let weight = |similarity| {
        model
            .weigh(&Evidence {
                name_similarity: Some(similarity),
                ..Evidence::NONE
            })
            .fields[0]
            .weight
    };
    assert!((weight(0.98) - 400_f64.log2()).abs() < 1e-9);
    assert!((weight(0.97) - 400_f64.log2()).abs() < 1e-9);
    assert!((weight(0.93) - 7.5_f64.log2()).abs() < 1e-9);
    assert!((weight(0.50) - (0.05_f64 / 0.978).log2()).abs() < 1e-9);
}

#[test]
fn a_model_that_cannot_weigh_is_refused() {
    let level = |at_least, m| NameLevel {
        at_least,
        odds: Odds { m, u: 0.01 },
    };
    assert_eq!(
        Model {
            prior: 0.0,
            ..Model::default()
        }
        .check()
        .len(),
        1
    );
    assert_eq!(
        Model {
            vat: Odds { m: 1.0, u: 0.0 },
            ..Model::default()
        }
        .check()
        .len(),
        1
    );
    assert_eq!(
        Model {
            name: vec![level(0.9, 0.6), level(0.97, 0.3)],
            ..Model::default()
        }
        .check()
        .len(),
        1
    );
    assert_eq!(
        Model {
            name: vec![level(0.97, 0.6), level(0.9, 0.6)],
            ..Model::default()
        }
        .check()
        .len(),
        1
    );
    assert!(Model::default().check().is_empty());
}

#[test]
fn two_records_are_compared_field_by_field() {
    let (left, right) = (
        NormalName::of("Müller Werkzeuge GmbH", Some("DE")),
        NormalName::of("MUELLER WERKZEUGE AG", Some("DE")),
    );
    let vat = VatId::parse("DE136695976", None).unwrap();
    let other_vat = VatId::parse("DE129430206", None).unwrap();
    let iban = Iban::parse("DE89370400440532013000").unwrap();
    let one = RecordFacts {
        name: &left,
        country: Some("DE"),
        city: Some("Köln"),
        vat: Some(&vat),
        lei: None,
        iban: Some(&iban),
        domain: Some("gmx.de"),
    };
    let other = RecordFacts {
        name: &right,
        city: Some("köln"),
        vat: Some(&other_vat),
        ..one
    };
    let found = Evidence::between(&one, &other);
    assert_eq!(
        (found.name_similarity, found.legal_form),
        (Some(1.0), FormAgreement::Conflict)
    );
    assert_eq!(
        (found.place, found.iban, found.lei),
        (Some(true), Some(true), None)
    );
    assert_eq!((found.vat, found.vat_of_one_country), (Some(false), true));
    assert_eq!(found.domain, None, "a free mail host says nothing");

    let place = |country: Option<&'static str>, city: Option<&'static str>| {
        Evidence::between(
            &one,
            &RecordFacts {
                country,
                city,
                ..other
            },
        )
        .place
    };
    assert_eq!(place(Some("DE"), None), None);
    assert_eq!(place(Some("AT"), None), Some(false));
    assert_eq!(place(None, Some("Köln")), None);
    assert_eq!(place(Some("DE"), Some("Bonn")), Some(false));
}

proptest! {
    #[test]
    fn a_probability_stays_inside_and_grows_with_every_agreement(
        similarity in prop::option::of(0.0..=1.0f64),
        fields in prop::array::uniform4(prop::option::of(any::<bool>())),
    ) {
        let [place, lei, iban, domain] = fields;
        let evidence = Evidence { name_similarity: similarity, place, lei, iban, domain, ..Evidence::NONE };
        let found = weigh(evidence);
        prop_assert!((0.0..=1.0).contains(&found.probability));
        prop_assert!(found.joint_cap <= 0.0);
        let sum: f64 = found.fields.iter().map(|field| field.weight).sum();
        prop_assert!((found.total - found.prior_weight - found.joint_cap - sum).abs() < 1e-9);
        for better in [
            Evidence { place: Some(true), ..evidence },
            Evidence { iban: Some(true), ..evidence },
            Evidence { domain: Some(true), ..evidence },
            Evidence { name_similarity: Some(1.0), ..evidence },
        ] {
            prop_assert!(weigh(better).probability >= found.probability - 1e-12);
        }
    }
}
