use keelson_analytics::By;
use keelson_domain::{
    Act, Error, Result, SupplierId, Via, access, operations,
    record::{self, Audience},
    suppliers::{
        self, ContactDraft, Draft, ListQuery, NewIdentifier, Parent, Reader, Scheme, SiteDraft,
        Supplier, Upload,
    },
};
use keelson_methods::{money::Currency, period::Period};
use keelson_testkit::{TestDb, db_test};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{colleague, details, named, person, read, supplier};
use crate::facts;

fn vat(text: &str) -> NewIdentifier {
    NewIdentifier::parse(Scheme::Vat, text, None).expect("a VAT number")
}

/// Everything about a record but when it was last touched.
async fn all_of(t: &TestDb, id: SupplierId) -> Result<String> {
    let db = t.db.read();
    let supplier = Supplier {
        version: 0,
        updated_at: t.act().at,
        ..read(t, id).await?
    };
    Ok(format!(
        "{supplier:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        suppliers::sites(db, id).await?,
        suppliers::contacts(db, id).await?,
        suppliers::identifiers(db, id).await?,
        suppliers::notes(db, id, Reader::Colleague).await?,
        suppliers::documents(db, id, Reader::Colleague).await?,
        suppliers::categories_of(db, id).await?,
        suppliers::ratings(db, id).await?,
    ))
}

/// Two records of one party, each with something of everything.
async fn pair(t: &TestDb) -> Result<(SupplierId, SupplierId)> {
    let ruth = colleague(t, "Ruth Sandoval").await?;
    let act = &t.act_by(ruth);
    let k = &t.keelson;
    let one = supplier(
        t,
        Draft {
            city: "Jönköping".into(),
            ..named("Norrfjord Castings AB")
        },
    )
    .await?;
    let other = supplier(
        t,
        Draft {
            phone: "+46 36 123456".into(),
            website: "norrfjord.se".into(),
            ..named("NORRFJORD CASTINGS")
        },
    )
    .await?;
    suppliers::assign_owner(k, act, other, Some(ruth)).await?;
    let group = supplier(t, named("Nordic Metals Group")).await?;
    let parent = Parent {
        id: group,
        share_ppm: Some(800_000),
    };
    suppliers::set_parent(k, act, other, Some(parent)).await?;
    for (id, name) in [(one, "Foundry"), (other, "Office")] {
        let site = SiteDraft {
            name: name.into(),
            ..SiteDraft::default()
        };
        suppliers::add_site(k, act, id, &site.parse()?).await?;
        let contact = ContactDraft {
            name: format!("{name} lead"),
            lead: "on".into(),
            ..ContactDraft::default()
        };
        suppliers::add_contact(k, act, id, &contact.parse()?).await?;
        suppliers::write_note(k, act, id, name, false).await?;
        let file = Upload {
            file_name: "a.pdf",
            content: "%PDF-".into(),
            kind: suppliers::DocumentKind::Other,
            valid_from: None,
            valid_to: None,
            shared: true,
        };
        suppliers::upload_document(k, act, id, file).await?;
        let category = suppliers::create_category(k, act, name, name, None).await?;
        suppliers::set_categories(k, act, id, &[category]).await?;
    }
    let ratings = suppliers::Ratings {
        business_impact: Some(4),
        ..suppliers::Ratings::default()
    };
    suppliers::rate(k, act, other, &ratings).await?;
    suppliers::add_identifier(k, act, other, &vat("DE136695976")).await?;
    Ok((one, other))
}

#[db_test]
async fn what_belongs_to_either_belongs_to_the_survivor(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let (k, db) = (&t.keelson, t.db.read());
    suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?;
    assert_eq!(now.details.city.as_deref(), Some("Jönköping"));
    assert_eq!(now.details.phone.as_deref(), Some("+46 36 123456"));
    assert!(now.owner.is_some() && now.parent.is_some());
    assert_eq!(suppliers::sites(db, one).await?.len(), 2);
    assert_eq!(suppliers::contacts(db, one).await?[0].name, "Foundry lead");
    assert_eq!(suppliers::identifiers(db, one).await?.len(), 1);
    assert_eq!(suppliers::notes(db, one, Reader::Colleague).await?.len(), 2);
    assert_eq!(
        suppliers::documents(db, one, Reader::Supplier).await?.len(),
        2
    );
    let categories = suppliers::categories_of(db, one).await?;
    assert_eq!(
        (categories[0].name.as_str(), categories[1].main),
        ("Foundry", false)
    );
    assert_eq!(
        suppliers::ratings(db, one)
            .await?
            .and_then(|r| r.business_impact),
        Some(4)
    );
    assert!(
        record::of_supplier(db, one, Audience::Internal, None, 100)
            .await?
            .iter()
            .any(|event| event.subject_id == other.0 && event.verb == "created"),
        "the absorbed record's history is not shown"
    );

    // The absorbed record is out of sight, and its number leads to the survivor.
    let euro = Currency::parse("EUR").expect("a currency");
    let page = suppliers::list(db, &ListQuery::default(), euro).await?;
    assert_eq!(page.total, 2);
    assert_eq!(suppliers::by_number(db, "S-00002").await?, Some(one));
    let found = ListQuery {
        text: "S-00002".into(),
        ..ListQuery::default()
    };
    assert_eq!(suppliers::list(db, &found, euro).await?.rows[0].id, one);
    assert_eq!(suppliers::survivor_of(db, other).await?, one);
    let refused = suppliers::block(k, &t.act(), other, "why").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    Ok(())
}

#[db_test]
async fn a_merge_undone_leaves_both_as_they_were(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let before = (all_of(&t, one).await?, all_of(&t, other).await?);
    let k = &t.keelson;
    for (survivor, absorbed) in [(one, other), (other, one)] {
        let merge = suppliers::merge(k, &t.act(), survivor, absorbed).await?;
        assert_ne!(all_of(&t, survivor).await?, before.0);
        assert_eq!(suppliers::recent_merges(t.db.read(), 5).await?[0].id, merge);
        suppliers::unmerge(k, &t.act(), merge).await?;
        assert_eq!((all_of(&t, one).await?, all_of(&t, other).await?), before);
        let again = suppliers::unmerge(k, &t.act(), merge).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    assert!(suppliers::merges_into(t.db.read(), one).await?.is_empty());
    Ok(())
}

#[db_test]
async fn what_was_changed_since_stays_when_a_merge_is_undone(t: TestDb) -> Result<()> {
    let (one, other) = pair(&t).await?;
    let k = &t.keelson;
    let merge = suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?;
    let edited = details(&Draft {
        phone: "+46 36 999999".into(),
        ..Draft::from(&now.details)
    });
    suppliers::edit(k, &t.act(), one, now.version, &edited).await?;
    suppliers::unmerge(k, &t.act(), merge).await?;
    let now = read(&t, one).await?.details;
    assert_eq!(now.phone.as_deref(), Some("+46 36 999999"));
    assert_eq!(now.website, None);
    Ok(())
}

#[db_test]
async fn chains_of_merges_are_undone_from_the_end(t: TestDb) -> Result<()> {
    let (k, act, db) = (&t.keelson, &t.act(), t.db.read());
    let mut ids = Vec::new();
    for name in ["Alder", "Alder Ltd", "Alder Limited"] {
        ids.push(supplier(&t, named(name)).await?);
    }
    let first = suppliers::merge(k, act, ids[1], ids[2]).await?;
    let second = suppliers::merge(k, act, ids[0], ids[1]).await?;
    assert_eq!(suppliers::family(db, ids[0]).await?, ids);
    let too_early = suppliers::unmerge(k, act, first).await;
    assert!(
        matches!(&too_early, Err(Error::Conflict(why)) if why.contains("Undo that merge first"))
    );
    suppliers::unmerge(k, act, second).await?;
    assert_eq!(suppliers::family(db, ids[1]).await?, ids[1..]);
    suppliers::unmerge(k, act, first).await?;
    assert_eq!(suppliers::family(db, ids[1]).await?, ids[1..2]);
    Ok(())
}

#[db_test]
async fn two_companies_are_not_merged(t: TestDb) -> Result<()> {
    let (k, act) = (&t.keelson, &t.act());
    let (one, other) = (
        supplier(&t, named("Alder GmbH")).await?,
        supplier(&t, named("Alder GmbH")).await?,
    );
    suppliers::add_identifier(k, act, one, &vat("DE136695976")).await?;
    suppliers::add_identifier(k, act, other, &vat("DE129430206")).await?;
    let refused = suppliers::merge(k, act, one, other).await;
    assert!(
        matches!(&refused, Err(Error::Conflict(why)) if why.contains("two different valid VAT numbers")),
        "{refused:?}"
    );
    let (parent, child) = (
        supplier(&t, named("Birch Holding")).await?,
        supplier(&t, named("Birch")).await?,
    );
    let share_ppm = None;
    suppliers::set_parent(
        k,
        act,
        child,
        Some(Parent {
            id: parent,
            share_ppm,
        }),
    )
    .await?;
    for (a, b) in [(parent, child), (child, parent), (child, child)] {
        let refused = suppliers::merge(k, act, a, b).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    Ok(())
}

#[db_test]
async fn the_more_trusted_value_survives(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    let known = |name: &str, city: &str, phone: &str| Draft {
        city: city.into(),
        phone: phone.into(),
        ..named(name)
    };
    let one = supplier(&t, known("Alder", "Ulm", "0731 111111")).await?;
    let other = supplier(&t, known("Alder", "Neu-Ulm", "0731 111111")).await?;
    // The supplier itself said its telephone number, recently; nobody vouches for the city.
    let seen = read(&t, other).await?;
    let theirs = details(&known("Alder", "Neu-Ulm", "0731 222222"));
    let portal = keelson_domain::Act {
        via: Via::Portal,
        ..t.act()
    };
    suppliers::edit(k, &portal, other, seen.version, &theirs).await?;
    suppliers::merge(k, &t.act(), one, other).await?;
    let now = read(&t, one).await?.details;
    assert_eq!(now.phone.as_deref(), Some("0731 222222"));
    assert_eq!(now.city.as_deref(), Some("Ulm"));
    Ok(())
}

#[db_test]
async fn the_people_of_a_merged_record_see_the_survivor_and_nobody_else(t: TestDb) -> Result<()> {
    let (k, db) = (&t.keelson, t.db.read());
    let one = supplier(&t, named("Norrfjord Castings AB")).await?;
    let other = supplier(&t, named("NORRFJORD CASTINGS")).await?;
    let foreign = supplier(&t, named("Kessler Antriebe GmbH")).await?;
    let mut people = Vec::new();
    for (name, id) in [
        ("Marta Lind", one),
        ("Nils Berg", other),
        ("Karl Kessler", foreign),
    ] {
        people.push(person(&t, name, Some(id)).await?);
    }
    let speaks_for = async |at: usize| {
        let person = access::Person::find(db, people[at]).await?;
        Ok::<_, Error>(person.and_then(|person| person.supplier))
    };
    let merge = suppliers::merge(k, &t.act(), one, other).await?;
    assert_eq!(speaks_for(0).await?, Some(one));
    assert_eq!(
        speaks_for(1).await?,
        Some(one),
        "the absorbed record is out of sight"
    );
    assert_eq!(speaks_for(2).await?, Some(foreign));
    let names = async |id| {
        let people = access::people_of_supplier(db, id).await?;
        let names: Vec<String> = people
            .iter()
            .map(|person| person.name.to_string())
            .collect();
        Ok::<_, Error>(names)
    };
    assert_eq!(names(one).await?, ["Marta Lind", "Nils Berg"]);
    assert_eq!(names(foreign).await?, ["Karl Kessler"]);
    suppliers::unmerge(k, &t.act(), merge).await?;
    assert_eq!(speaks_for(1).await?, Some(other));
    assert_eq!(names(one).await?, ["Marta Lind"]);
    Ok(())
}

/// A supplier with something of everything, or of nothing, as chance has it.
async fn any_supplier(t: &TestDb, act: &Act, rng: &mut StdRng, at: usize) -> Result<SupplierId> {
    const NAMES: [&str; 4] = ["Alder", "Alder GmbH", "ALDER Werke", "Alder & Söhne"];
    const VATS: [&str; 2] = ["DE136695976", "DE129430206"];
    let k = &t.keelson;
    let mut text = |value: &str| {
        if rng.random_bool(0.5) {
            value.to_owned()
        } else {
            String::new()
        }
    };
    let draft = Draft {
        legal_name: text(&format!("Alder {at} GmbH")),
        country: text("DE"),
        region: text("Bayern"),
        city: text(["Ulm", "Neu-Ulm"][at % 2]),
        postcode: text("89073"),
        address: text(&format!("Gasse {at}")),
        website: text(&format!("alder{at}.example")),
        phone: text(&format!("0731 11111{at}")),
        currency: text("EUR"),
        partner_since: text("2011"),
        ..named(NAMES.choose(rng).expect("a name"))
    };
    let id = supplier(t, draft).await?;
    for nth in 0..rng.random_range(0..3) {
        let site = SiteDraft {
            name: format!("Site {nth}"),
            ..SiteDraft::default()
        };
        suppliers::add_site(k, act, id, &site.parse()?).await?;
        let contact = ContactDraft {
            name: format!("Contact {nth}"),
            lead: if rng.random_bool(0.5) {
                "on".into()
            } else {
                String::new()
            },
            ..ContactDraft::default()
        };
        suppliers::add_contact(k, act, id, &contact.parse()?).await?;
        suppliers::write_note(k, act, id, "A note.", rng.random_bool(0.5)).await?;
        let file = Upload {
            file_name: "a.pdf",
            content: "%PDF-".into(),
            kind: suppliers::DocumentKind::Other,
            valid_from: None,
            valid_to: None,
            shared: rng.random_bool(0.5),
        };
        suppliers::upload_document(k, act, id, file).await?;
    }
    if rng.random_bool(0.4) {
        let number = VATS.choose(rng).expect("a number");
        suppliers::add_identifier(k, act, id, &vat(number)).await?;
    }
    if rng.random_bool(0.5) {
        let name = format!("Category {id}");
        let category = suppliers::create_category(k, act, &name, &name, None).await?;
        suppliers::set_categories(k, act, id, &[category]).await?;
    }
    if rng.random_bool(0.5) {
        let ratings = suppliers::Ratings {
            business_impact: Some(rng.random_range(1..=5)),
            ..suppliers::Ratings::default()
        };
        suppliers::rate(k, act, id, &ratings).await?;
    }
    let lines = facts::month(id, "2025-11", rng.random_range(0..4), 0);
    facts::load(t, &lines).await?;
    Ok(id)
}

/// Everything about some records, and whose the facts are as every question sees them.
async fn snapshot(t: &TestDb, ids: &[SupplierId]) -> Result<Vec<String>> {
    operations::project(&t.keelson, t.act().at).await?;
    let spends = t
        .keelson
        .analytics
        .spend(Period::All.bounds(t.act().on()), By::Supplier, None)
        .await?;
    let mut all = vec![format!("{spends:?}")];
    for id in ids {
        all.push(all_of(t, *id).await?);
        all.push(format!("{:?}", suppliers::family(t.db.read(), *id).await?));
    }
    Ok(all)
}

#[db_test]
async fn whatever_was_merged_comes_back_exactly_as_it_was(t: TestDb) -> Result<()> {
    let k = &t.keelson;
    let act = &t.act_by(colleague(&t, "Ruth Sandoval").await?);
    for seed in 0..5 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut ids = Vec::new();
        for at in 0..4 {
            ids.push(any_supplier(&t, act, &mut rng, at).await?);
        }
        // Merges upon merges, as far as the records allow.
        let mut standing = ids.clone();
        let mut undo = Vec::new();
        for _ in 0..6 {
            let [survivor, absorbed] = standing
                .choose_multiple_array::<_, 2>(&mut rng)
                .unwrap_or([ids[0]; 2]);
            let before = snapshot(&t, &ids).await?;
            match suppliers::merge(k, act, survivor, absorbed).await {
                Ok(merge) => {
                    let after = snapshot(&t, &ids).await?;
                    assert_ne!(after, before, "seed {seed}: nothing was merged");
                    standing.retain(|id| *id != absorbed);
                    undo.push((merge, before));
                }
                Err(Error::Conflict(_)) => {
                    assert_eq!(snapshot(&t, &ids).await?, before, "seed {seed}: refused");
                }
                Err(error) => return Err(error),
            }
        }
        assert!(!undo.is_empty(), "seed {seed} merged nothing");
        while let Some((merge, before)) = undo.pop() {
            suppliers::unmerge(k, act, merge).await?;
            assert_eq!(snapshot(&t, &ids).await?, before, "seed {seed}");
        }
    }
    Ok(())
}
