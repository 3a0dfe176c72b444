use keelson_domain::{
    Error, Result,
    suppliers::{
        self, Advice, Compared, Draft, FindDuplicates, Known, NewIdentifier, Scheme, Verdict,
    },
};
use keelson_jobs::Job;
use keelson_testkit::{TestDb, db_test};

use super::{colleague, named, read, supplier};

fn swedish(name: &str) -> Draft {
    Draft {
        country: "SE".into(),
        city: "Jönköping".into(),
        ..named(name)
    }
}

fn typed(name: &str) -> Known<'_> {
    Known {
        name,
        ..Known::default()
    }
}

#[db_test]
async fn who_is_entered_is_compared_with_who_is_there(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    let norrfjord = supplier(&t, swedish("Norrfjord Castings AB")).await?;
    supplier(&t, swedish("Tidal Polymers AB")).await?;
    let found = suppliers::possible_duplicates(k, typed("NORRFJORD CASTING"), &[], None).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].side.id, norrfjord);
    assert_eq!(
        found[0].evidence.advice(),
        Advice::Review,
        "a name alone proposes nothing"
    );
    assert!(
        suppliers::possible_duplicates(k, typed("Kessler"), &[], None)
            .await?
            .is_empty()
    );
    let but = suppliers::possible_duplicates(k, typed("Norrfjord Castings"), &[], Some(norrfjord))
        .await?;
    assert!(but.is_empty(), "a record is its own duplicate");

    // A supplier entered a moment ago is found, and so is what changed about another.
    let birch = supplier(&t, named("Birch & Söhne")).await?;
    let found =
        suppliers::possible_duplicates(k, typed("Birch und Soehne GmbH"), &[], None).await?;
    assert_eq!(found[0].side.id, birch);
    let vat = NewIdentifier::parse(Scheme::Vat, "DE136695976", None).expect("a VAT number");
    suppliers::add_identifier(k, &t.act(), birch, &vat).await?;
    let found = suppliers::possible_duplicates(k, typed("B+S Werkzeuge"), &[vat], None).await?;
    assert!(found.is_empty() || found[0].side.id == birch);
    Ok(())
}

#[db_test]
async fn pairs_wait_in_the_queue_with_their_weights_until_somebody_decides(
    t: TestDb,
) -> Result<()> {
    let (k, db) = (&t.keelson, t.db.read());
    let act = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    let one = supplier(&t, swedish("Norrfjord Castings AB")).await?;
    let other = supplier(&t, swedish("Norrfjord Casting AB")).await?;
    supplier(&t, swedish("Kessler Antriebe GmbH")).await?;
    FindDuplicates {
        changed_since: None,
    }
    .run(k)
    .await
    .expect("the check runs");
    let page = suppliers::queue(db, 1).await?;
    assert_eq!(page.total, 1);
    let pair = &page.pairs[0];
    assert_eq!((pair.left.id, pair.right.id), (one, other));
    let fields: Vec<_> = pair
        .evidence
        .fields
        .iter()
        .map(|field| field.field)
        .collect();
    assert_eq!(
        fields,
        [Compared::Name, Compared::LegalForm, Compared::Place]
    );
    let total: f64 = pair.evidence.fields.iter().map(|field| field.bits).sum();
    let odds = (pair.evidence.prior + total).exp2();
    assert!(
        (pair.evidence.probability - odds / (1.0 + odds)).abs() < 1e-9,
        "the weights do not add up"
    );
    assert_eq!(pair.evidence.advice(), Advice::Merge);

    suppliers::not_a_duplicate(k, act, pair.id).await?;
    assert_eq!(suppliers::open_pairs(db).await?, 0);
    let checked = suppliers::find_duplicates(k, act, None).await?;
    assert_eq!((checked.suppliers, checked.new_pairs), (3, 0));
    assert_eq!(
        suppliers::open_pairs(db).await?,
        0,
        "the verdict was forgotten"
    );
    let twice = suppliers::not_a_duplicate(k, act, pair.id).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    assert_eq!(suppliers::recently_distinct(db, 5).await?[0].id, pair.id);
    suppliers::reconsider(k, act, pair.id).await?;
    assert_eq!(suppliers::open_pairs(db).await?, 1);

    let merge = suppliers::merge(k, act, one, other).await?;
    assert_eq!(
        suppliers::pair(db, pair.id).await?.map(|pair| pair.verdict),
        Some(Verdict::Merged)
    );
    assert_eq!(suppliers::open_pairs(db).await?, 0);
    // Whoever is entered under the absorbed record's name is shown the survivor.
    let found = suppliers::possible_duplicates(k, typed("Norrfjord Casting"), &[], None).await?;
    assert_eq!((found.len(), found[0].side.id), (1, one));
    suppliers::unmerge(k, act, merge).await?;
    assert_eq!(suppliers::pairs_of(db, other).await?.len(), 1);
    Ok(())
}

#[db_test]
async fn only_what_changed_is_checked_when_only_that_is_asked(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    supplier(&t, named("Norrfjord Castings")).await?;
    supplier(&t, named("Norrfjord Castings")).await?;
    t.clock.advance(chrono::TimeDelta::days(1));
    let since = t.act().at;
    supplier(&t, named("Tidal Polymers")).await?;
    let checked = suppliers::find_duplicates(k, &t.act(), Some(since)).await?;
    assert_eq!((checked.suppliers, checked.new_pairs), (1, 0));
    supplier(&t, named("Norrfjord Castings")).await?;
    let checked = suppliers::find_duplicates(k, &t.act(), Some(since)).await?;
    assert_eq!((checked.suppliers, checked.new_pairs), (2, 2));
    Ok(())
}

#[db_test]
async fn a_chain_that_does_not_hold_in_every_link_is_marked(t: TestDb) -> Result<()> {
    let (k, db) = (&t.keelson, t.db.read());
    for (name, phone) in [
        ("Norrfjord Castings", "036 111111"),
        ("Norrfjord Castings", "036 222222"),
        ("Tidal Polymers", "036 222222"),
    ] {
        let draft = Draft {
            phone: phone.into(),
            address: if phone.ends_with('2') {
                "Hamngatan 7".into()
            } else {
                String::new()
            },
            ..swedish(name)
        };
        supplier(&t, draft).await?;
    }
    suppliers::find_duplicates(k, &t.act(), None).await?;
    let pairs = suppliers::queue(db, 1).await?.pairs;
    assert_eq!(pairs.len(), 2);
    assert!(pairs.iter().all(|pair| pair.in_chain));
    Ok(())
}

#[db_test]
async fn different_valid_tax_numbers_of_one_country_make_two(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    for number in ["DE136695976", "DE129430206"] {
        let id = supplier(&t, swedish("Norrfjord Castings")).await?;
        let vat = NewIdentifier::parse(Scheme::Vat, number, None).expect("a VAT number");
        suppliers::add_identifier(k, &t.act(), id, &vat).await?;
        assert!(read(&t, id).await?.merged_into.is_none());
    }
    let checked = suppliers::find_duplicates(k, &t.act(), None).await?;
    assert_eq!(checked.new_pairs, 0);
    Ok(())
}
